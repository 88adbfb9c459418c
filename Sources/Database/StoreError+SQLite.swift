package import GRDB
import Platform

extension StoreError {
    /// Describes an error of SQLite for the file at `path`.
    package init(_ error: DatabaseError, path: String) {
        let detail = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_NOTADB:
            self.init(
                .notADatabase,
                "\(path) is not an SQLite database.",
                hint: "move the file away, or choose another workspace"
            )
        case .SQLITE_CORRUPT:
            self.init(
                .corrupt,
                "\(path) is damaged or was cut short (\(detail)).",
                hint: "restore the file from a backup, or move it away to start with a new one"
            )
        case .SQLITE_FULL:
            self.init(
                .diskFull,
                "The disk is full: nothing was written to \(path).",
                hint: "free some space and try again"
            )
        case .SQLITE_READONLY:
            self.init(
                .readOnly,
                "\(path) cannot be written (\(detail)).",
                hint: "check the permissions of the file and of its folder"
            )
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            self.init(
                .cannotOpen,
                "\(path) cannot be opened (\(detail)).",
                hint: "check that its folder exists and may be written"
            )
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(
                .busy,
                "Another process holds \(path) (\(detail)).",
                hint: "look for a stuck process that uses this workspace"
            )
        case .SQLITE_IOERR:
            self.init(
                .storage,
                "Reading or writing \(path) failed (\(detail)).",
                hint: "check the disk"
            )
        default:
            let statement = error.sql.map { " in `\($0)`" } ?? ""
            self.init(.storage, "SQLite refused to work on \(path): \(detail)\(statement).")
        }
    }

    /// Runs `body` and converts errors of SQLite; other errors are rethrown.
    package static func translating<T>(path: String, _ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }
}
