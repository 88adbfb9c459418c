import Database
import Glibc
import GRDB
import Platform

extension TrackingStore {
    /// How many rows of each kind there are.
    public func counts() throws -> DatabaseCounts {
        try read { db in
            func count(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql) ?? 0 }
            let tables = ["experiments", "runs", "logged_models"]
            let active = try tables.map {
                try count("SELECT count(*) FROM \($0) WHERE lifecycle_stage = 'active'")
            }
            let all = try tables.reduce(0) { try $0 + count("SELECT count(*) FROM \($1)") }
            let page = try count("PRAGMA page_size")
            return DatabaseCounts(
                schema: try String.fetchOne(db, sql: "SELECT version_num FROM alembic_version")
                    ?? "",
                experiments: active[0],
                runs: active[1],
                loggedModels: active[2],
                trashed: all - active.reduce(0, +),
                metricPoints: try count("SELECT count(*) FROM metrics")
                    - count(Self.pointsWithoutRun),
                freeBytes: Int64(try count("PRAGMA freelist_count") * page)
            )
        }
    }

    /// Counts points of runs that are being imported.
    private static let pointsWithoutRun = """
        SELECT count(*) FROM wb_imports CROSS JOIN metrics USING (run_uuid)
        WHERE run_uuid NOT IN (SELECT run_uuid FROM runs)
        """

    /// Checks the whole file; takes a while for a large one.
    public func check() throws -> DatabaseCheck {
        do {
            return try read { db in
                let damages = try String.fetchAll(db, sql: "PRAGMA integrity_check")
                let broken = try Row.fetchAll(db, sql: Self.brokenReferences).map { row in
                    let place = (row[1] as Int?).map { ", row \($0)," } ?? ""
                    return "\(row[0] as String)\(place) refers to \(row[2] as String)"
                }
                return DatabaseCheck(
                    damages: damages == ["ok"] ? [] : damages,
                    brokenReferences: broken
                )
            }
        } catch let error as TrackingError where error.code == .corrupt {
            // Damage that ends the check is a result of the check.
            return DatabaseCheck(damages: [error.message])
        }
    }

    /// Rows that refer to a missing one, except those of runs that are being imported.
    private static let brokenReferences: String = {
        let tables = ["metrics", "latest_metrics", "params", "tags"].map { table in
            "WHEN '\(table)' THEN (SELECT run_uuid FROM \(table) WHERE rowid = found.rowid)"
        }
        return """
            SELECT "table", rowid, parent FROM pragma_foreign_key_check AS found
            WHERE parent <> 'runs' OR coalesce(CASE "table" \(tables.joined(separator: " ")) END, '')
                NOT IN (SELECT run_uuid FROM wb_imports)
            """
    }()

    /// Writes a copy of the database that only its owner may read (mode 0600).
    ///
    /// Others may write meanwhile; what they commit then is not in the copy. When this returns the
    /// copy is durable, or does not exist.
    ///
    /// - Parameters:
    ///   - copy: Its name; see `OutputFile`.
    ///   - replaces: Whether a file of that name is replaced.
    /// - Throws: `TrackingError` with code `alreadyExists` if something is at `copy` and must not
    ///   be replaced, and with `cannotOpen` if no file can be created there.
    public func backUp(to copy: String, replaces: Bool = false) throws {
        try TrackingError.writing(copy, replaces: replaces, of: path) { unfinished in
            try database.outsideTransaction {
                try $0.execute(sql: "VACUUM INTO ?", arguments: [unfinished])
            }
        }
    }
}
