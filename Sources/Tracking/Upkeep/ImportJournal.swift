import Database
package import GRDB
import Platform

/// The journal of one import: which runs it is writing.
///
/// Their rows have no run yet. If the import ends early, they are removed by the journal.
package struct ImportJournal: Sendable {
    /// The import's name, which no other one has.
    package let name: String
    private let writer: Int64
    private let path: String

    /// The journal of an import into a store.
    package init(name: String, of store: TrackingStore) {
        self.name = name
        writer = store.database.writer
        path = store.path
    }

    /// Enters the runs that a statement selects, except those that the store has by now.
    ///
    /// - Throws: `TrackingError` with code `busy` if another import is going on.
    package func enter(_ db: Database, runs: String) throws {
        let others = "SELECT EXISTS (SELECT 1 FROM main.wb_imports WHERE import != ?)"
        if try Bool.fetchOne(db, sql: others, arguments: [name]) == true { throw isBusy }
        try db.execute(
            sql: """
                INSERT INTO main.wb_imports SELECT id, ? FROM (\(runs))
                    WHERE id NOT IN (SELECT run_uuid FROM main.runs)
                """,
            arguments: [name]
        )
    }

    /// Removes the entries of runs that are complete.
    ///
    /// - Throws: `TrackingError` with code `busy` if one has no entry any more: another import took this
    ///   one for abandoned and removed its rows.
    package func leave(_ db: Database, runs: String) throws {
        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM (\(runs))")
        try db.execute(
            sql: "DELETE FROM main.wb_imports WHERE import = ? AND run_uuid IN (\(runs))",
            arguments: [name]
        )
        if db.changesCount != count { throw isBusy }
    }

    private var isBusy: TrackingError { .anotherImport(into: path) }

    /// Records a commit that changes nothing that anybody sees.
    package func notePiece(_ db: Database) throws {
        var notes = ChangeNotes()
        notes.note(.unseen, name)
        _ = try notes.write(db, by: writer)
    }

    /// Records that anything may have changed.
    package func noteEnd(_ db: Database) throws {
        var notes = ChangeNotes()
        notes.note(.everything, "", "imported")
        _ = try notes.write(db, by: writer)
    }
}

extension Change.Kind {
    /// Rows that no reader shows.
    static let unseen = Self(rawValue: "unseen")
}

extension TrackingStore {
    /// The names of imports that are not complete.
    package func unfinishedImports() throws -> [String] {
        try read { try String.fetchAll($0, sql: "SELECT DISTINCT import FROM wb_imports") }
    }

    /// Removes what an import has written of runs that are not complete, a little at a time.
    package func removeUnfinished(import name: String) throws {
        for table in ["metrics", "latest_metrics", "params", "tags"] {
            var count = 1
            while count > 0 {
                count = try write(.unseen, name) { db in
                    try db.execute(
                        sql: """
                            DELETE FROM \(table) WHERE rowid IN (SELECT \(table).rowid
                                FROM wb_imports CROSS JOIN \(table) USING (run_uuid)
                                WHERE import = ? AND run_uuid NOT IN (SELECT run_uuid FROM runs)
                                LIMIT 10000)
                            """,
                        arguments: [name]
                    )
                    return db.changesCount
                }
            }
        }
        try write(.unseen, name) { db in
            try db.execute(sql: "DELETE FROM wb_imports WHERE import = ?", arguments: [name])
        }
    }
}

extension TrackingError {
    /// Two imports at once might take the same runs.
    package static func anotherImport(into path: String) -> TrackingError {
        TrackingError(
            .busy,
            "Another import into \(path) is going on.",
            hint: "try again when it has ended"
        )
    }
}
