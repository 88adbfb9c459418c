import GRDB
import Platform

extension StoreError {
    /// Creates a database file at `path` of what `body` writes to the path that it is given.
    ///
    /// - Parameters:
    ///   - replaces: Whether a file of that name is replaced.
    ///   - source: The database that is read, for errors that say it is damaged.
    package static func writing<Result>(
        _ path: String,
        replaces: Bool,
        of source: String,
        _ body: (_ unfinished: String) throws -> Result
    ) throws -> Result {
        do {
            let file = try OutputFile(
                path,
                replaces: replaces,
                mode: 0o600,
                companions: ["-wal", "-journal", "-shm"]
            )
            defer { file.discard() }
            let result = try body(file.unfinished)
            try file.publish()
            return result
        } catch let error as PlatformError {
            throw StoreError(error)
        } catch let error as DatabaseError {
            let isOfSource = [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_BUSY, .SQLITE_LOCKED]
                .contains(error.resultCode)
            throw StoreError(error, path: isOfSource ? source : path)
        }
    }

    private init(_ error: PlatformError) {
        let code: Code =
            switch error.code {
            case .exists: .alreadyExists
            case .full: .diskFull
            case .invalid, .notFound, .closed, .failed: .cannotOpen
            }
        self.init(code, error.message, hint: error.hint)
    }
}
