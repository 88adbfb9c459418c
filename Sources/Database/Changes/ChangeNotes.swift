package import GRDB

/// The changes of a transaction, to be written to `wb_changes` before it is committed.
package struct ChangeNotes {
    struct Note: Hashable {
        var kind: Change.Kind
        var item: String
        var what: String
        var isPublished: Bool
        var rows: ClosedRange<Int>?
    }

    private(set) var notes: [Note] = []
    /// How many row changes were undone within the transaction; SQLite counts them still.
    var undone = 0

    package init() {}

    /// Records that something changed; repeated changes are recorded once.
    ///
    /// - Parameters:
    ///   - rows: The rows that were added.
    ///   - isPublished: Whether the writer publishes it itself, in this process.
    package mutating func note(
        _ kind: Change.Kind,
        _ item: String,
        _ what: String = "changed",
        rows: ClosedRange<Int>? = nil,
        isPublished: Bool = false
    ) {
        let note = Note(kind: kind, item: item, what: what, isPublished: isPublished, rows: rows)
        if !notes.contains(note) { notes.append(note) }
    }

    /// Records the changes of others; repeated changes are recorded once.
    mutating func merge(_ other: ChangeNotes) {
        for note in other.notes where !notes.contains(note) { notes.append(note) }
    }

    /// Writes the entries, and returns the number of the last one.
    package func write(_ db: Database, by writer: Int64) throws -> Int? {
        guard !notes.isEmpty else { return nil }
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO wb_changes (kind, item, what, first_row, last_row, writer)
                VALUES (?, ?, ?, ?, ?, ?)
                """
        )
        for note in notes {
            statement.setUncheckedArguments([
                note.kind.rawValue, note.item, note.what, note.rows?.lowerBound,
                note.rows?.upperBound, note.isPublished ? writer : nil,
            ])
            try statement.execute()
        }
        let last = Int(db.lastInsertedRowID)
        try Self.prune(db, last, added: notes.count)
        return last
    }

    /// Deletes all but the newest entries.
    private static func prune(_ db: Database, _ last: Int, added: Int) throws {
        guard last / pruningInterval != (last - added) / pruningInterval else { return }
        try db.execute(sql: "DELETE FROM wb_changes WHERE id <= ?", arguments: [last - kept])
    }

    /// How many entries are kept; a reader that falls behind reads everything again.
    package static let kept = 10_000
    /// The number of entries between two prunings.
    private static let pruningInterval = 1_000
}
