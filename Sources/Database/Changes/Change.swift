/// One entry of the change feed: what a commit changed.
///
/// The entry identifies what to read again; it contains no value.
public struct Change: Sendable, Equatable {
    /// Kinds of things that change.
    public struct Kind: RawRepresentable, Sendable, Hashable {
        /// The stored form.
        public var rawValue: String

        /// Creates a kind from its stored form.
        public init(rawValue: String) { self.rawValue = rawValue }
    }

    /// The row's number; later entries have larger ones.
    public var id: Int
    /// The kind of thing that changed.
    public var kind: Kind
    /// Its id or name.
    public var item: String
    /// What changed in it, as its owner names it.
    public var what: String
    /// The rows that were added, if the entry names them.
    public var rows: ClosedRange<Int>?
    /// Whether it was written through this open file and its writer publishes it.
    public var isPublished: Bool
}

extension Change.Kind {
    /// More than can be listed, such as an import.
    public static let everything = Self(rawValue: "everything")
}

/// The position of a reader of the change feed.
public struct ChangeCursor: Sendable, Equatable {
    /// The last entry that was read.
    public var change: Int
    /// The version of the database at that time; see `PRAGMA data_version`.
    var version: Int
}

/// The entries of the change feed after a cursor.
public struct ChangeBatch: Sendable, Equatable {
    /// The entries, in order of their commits.
    public var changes: [Change]
    /// The position to continue from.
    public var cursor: ChangeCursor
    /// Whether entries are missing, so that everything must be read again: they were pruned, or a
    /// program that does not write the feed has changed the database.
    public var isIncomplete: Bool
    /// Whether more entries are waiting.
    public var isFull: Bool
}
