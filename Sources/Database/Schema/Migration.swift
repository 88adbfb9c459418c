import Glibc
package import GRDB
import Platform

/// One step in the history of the schema, for all owners of tables.
///
/// Steps are only ever appended: the stamp `workbench-N` in `alembic_version` says that the first N
/// steps were applied.
package struct Migration: Sendable {
    /// Applies the step to the database.
    package let apply: @Sendable (Database) throws -> Void

    /// Creates a step.
    package init(_ apply: @escaping @Sendable (Database) throws -> Void) {
        self.apply = apply
    }

    /// The steps of several owners.
    ///
    /// - Parameter owners: In the order in which their parts of one step are applied.
    package static func list(_ owners: [SchemaOwner]) -> [Migration] {
        let last = owners.flatMap { $0.parts.keys }.max() ?? 0
        return (0..<last).map { place in
            let parts = owners.compactMap { $0.parts[place + 1] }
            return Migration { db in for part in parts { try db.execute(sql: part) } }
        }
    }

    /// Applies the steps that the file lacks, all or none of them.
    static func apply(
        _ migrations: [Migration],
        to pool: DatabasePool,
        path: String,
        stamp: SchemaStamp,
        ifNew fill: (Database) throws -> Void
    ) throws {
        guard stamp != .workbench(migrations.count) else { return }
        Leftovers.sweep(beside: path)
        try pool.writeWithoutTransaction { db in
            if case .workbench(let version) = stamp { try keepCopy(of: path, version, db) }
            try db.transaction(.full) {
                // Another process may have applied them since the stamp was read.
                let done: Int
                switch try SchemaStamp(reading: db, path: path) {
                case .empty: done = 0
                case .workbench(let version): done = version
                }
                guard done < migrations.count else { return }
                if done == 0 { try db.execute(sql: stampTable) }
                for migration in migrations[done...] { try migration.apply(db) }
                if done == 0 { try fill(db) }
                try db.execute(sql: "DELETE FROM alembic_version")
                try db.execute(
                    sql: "INSERT INTO alembic_version VALUES (?)",
                    arguments: ["\(SchemaStamp.prefix)\(migrations.count)"]
                )
            }
        }
    }

    /// Copies the unchanged file to `<path>.workbench-<version>`, unless that exists.
    private static func keepCopy(of path: String, _ version: Int, _ db: Database) throws {
        let copy = "\(path).\(SchemaStamp.prefix)\(version)"
        let unfinished = "\(copy).\(getpid())"
        Files.removeFile(unfinished)
        defer { Files.removeFile(unfinished) }
        Connections.createFile(at: unfinished)
        // Open to the end: closing it would drop SQLite's locks on the file.
        let hold = PathHold(unfinished)
        defer { _ = hold }
        try db.execute(sql: "VACUUM INTO ?", arguments: [unfinished])
        // A link never replaces: if two processes migrate at once, the first copy, made before
        // either of them started, is kept.
        do throws(PlatformError) {
            try Files.link(unfinished, as: copy)
        } catch {
            guard error.code != .exists else { return }
            throw StoreError(.storage, error.message, hint: "check the permissions of the folder")
        }
    }
}
