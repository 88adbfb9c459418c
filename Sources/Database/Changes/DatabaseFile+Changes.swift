import GRDB

extension DatabaseFile {
    /// The end of the change feed, to start reading from.
    public func changeCursor() throws -> ChangeCursor {
        try readFeed { db in
            let version = try Self.dataVersion(db)
            return ChangeCursor(change: try Self.range(db)?.newest ?? 0, version: version)
        }
    }

    /// The entries of the change feed after a cursor; one cheap query if there are none.
    ///
    /// - Parameter limit: At most this many.
    public func changes(after cursor: ChangeCursor, limit: Int = 1_000) throws -> ChangeBatch {
        try readFeed { db in
            var batch = ChangeBatch(
                changes: [],
                cursor: cursor,
                isIncomplete: false,
                isFull: false
            )
            // Both are read in one transaction, so the version belongs to the last entry.
            batch.cursor.version = try Self.dataVersion(db)
            guard batch.cursor.version != cursor.version else { return batch }
            guard let (oldest, newest) = try Self.range(db), newest > cursor.change,
                oldest <= cursor.change + 1
            else {
                batch.cursor.change = try Self.range(db)?.newest ?? 0
                batch.isIncomplete = true
                return batch
            }
            let rows = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT id, kind, item, what, first_row, last_row, writer FROM wb_changes
                        WHERE id > ? ORDER BY id LIMIT ?
                        """
                ),
                arguments: [cursor.change, limit + 1]
            )
            while let row = try rows.next() {
                guard batch.changes.count < limit else {
                    batch.isFull = true
                    break
                }
                let (first, last) = (row[4] as Int?, row[5] as Int?)
                batch.changes.append(
                    Change(
                        id: row[0],
                        kind: Change.Kind(rawValue: row[1]),
                        item: row[2],
                        what: row[3],
                        rows: first.flatMap { first in last.map { first...max(first, $0) } },
                        isPublished: (row[6] as Int64?) == writer
                    )
                )
            }
            // The rest is read at the next call.
            if batch.isFull { batch.cursor.version = cursor.version }
            batch.cursor.change = batch.changes.last?.id ?? cursor.change
            return batch
        }
    }

    /// The first and the last entry in the feed; nil if it is empty or missing, as in an older file
    /// that is open read-only.
    private static func range(_ db: Database) throws -> (oldest: Int, newest: Int)? {
        // GRDB caches the list of tables, and the file may have been migrated since.
        let feed = try db.cachedStatement(
            sql: "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'wb_changes'"
        )
        guard try Int.fetchOne(feed) != nil else { return nil }
        let ends = try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT (SELECT min(id) FROM wb_changes), (SELECT max(id) FROM wb_changes)"
            )
        )
        guard let ends, let oldest = ends[0] as Int?, let newest = ends[1] as Int? else {
            return nil
        }
        return (oldest, newest)
    }

    private static func dataVersion(_ db: Database) throws -> Int {
        try Int.fetchOne(db.cachedStatement(sql: "PRAGMA data_version")) ?? 0
    }
}
