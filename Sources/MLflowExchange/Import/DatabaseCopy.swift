import Database
import FoundationEssentials
import Glibc
import GRDB
import Platform
import Tracking

/// Copies another program's SQLite database, which may be in use, without leaving a trace there.
enum DatabaseCopy {
    /// Copies the database at `path` to `copy`, which must not exist.
    ///
    /// - Parameter store: Our own database, which must not be copied.
    static func make(
        of path: String,
        at copy: String,
        besides store: String,
        timeout: Double,
        progress: (ImportProgress) throws -> Void
    ) throws {
        try checkFile(path, besides: store)
        try progress(ImportProgress(.copying))
        // A database in WAL mode that is not in use is one file, and SQLite would create two more
        // beside it, even to read it.
        if try isInWALMode(path), !FilePaths.exists(path + "-wal") {
            return try copyFiles(path, copy)
        }
        do {
            try withoutActuallyEscaping(progress) { progress in
                try backUp(path, copy, timeout: timeout) { report in
                    try progress(
                        ImportProgress(
                            .copying,
                            done: report.completedPageCount,
                            total: report.totalPageCount
                        )
                    )
                }
            }
        } catch let error as DatabaseError
            where error.resultCode == .SQLITE_CANTOPEN || error.resultCode == .SQLITE_READONLY
        {
            // Recovery after a crash requires a folder that we may write to.
            Files.removeFile(copy)
            try copyFiles(path, copy)
        } catch let error as DatabaseError {
            throw TrackingError(error, importing: path)
        }
    }

    private static func backUp(
        _ path: String,
        _ copy: String,
        timeout: Double,
        progress: @escaping (DatabaseBackupProgress) throws -> Void
    ) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(timeout)
        let source = try DatabaseQueue(path: path, configuration: configuration)
        let target = try DatabaseQueue(path: copy)
        try target.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF")
        }
        try source.backup(to: target, pagesPerStep: 16_384, progress: progress)
        try target.close()
        try source.close()
    }

    private static func checkFile(_ path: String, besides store: String) throws {
        guard let status = FileStatus(path) else {
            throw TrackingError(
                .notFound,
                "There is no file \(path).",
                hint: "name the SQLite file of MLflow, such as mlflow.db"
            )
        }
        guard status.kind == .file else {
            throw TrackingError(
                .cannotOpen,
                "\(path) is not a regular file.",
                hint: "name the SQLite file of MLflow, such as mlflow.db"
            )
        }
        guard access(path, R_OK) == 0 else {
            throw TrackingError(
                .cannotOpen,
                "\(path) cannot be read.",
                hint: "check its permissions"
            )
        }
        if FileIdentity(store) == FileIdentity(status) {
            throw TrackingError(
                .invalidValue,
                "\(path) is the database of this workspace.",
                hint: "name another one"
            )
        }
    }

    private static func isInWALMode(_ path: String) throws -> Bool {
        guard let file = Descriptor.open(path) else { return false }
        var header = [UInt8](repeating: 0, count: 20)
        let count = header.withUnsafeMutableBytes { file.read(into: $0) }
        return count == 20 && header[18] == 2
    }

    /// Copies the file and SQLite's files beside it, unless they change meanwhile.
    private static func copyFiles(_ path: String, _ copy: String) throws {
        let suffixes = ["", "-wal", "-journal"]
        func state() -> [FileStamp?] { suffixes.map { FileStamp(path: path + $0) } }
        let before = state()
        for suffix in suffixes where FilePaths.exists(path + suffix) {
            do {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
            } catch {
                throw TrackingError(
                    .cannotOpen,
                    "\(path)\(suffix) could not be copied: \(error)",
                    hint: "check its permissions, and the room on the disk"
                )
            }
            chmod(copy + suffix, 0o600)
        }
        guard state() == before else {
            throw TrackingError(
                .busy,
                "\(path) changed while it was copied.",
                hint: "try again when no run is being logged there"
            )
        }
    }
}

extension TrackingError {
    /// Describes an error of SQLite for the other program's database at `path`.
    init(_ error: DatabaseError, importing path: String) {
        self.init(error, path: path)
        hint = "check that MLflow itself can open the file; nothing was imported"
    }
}
