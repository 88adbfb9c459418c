/// One entry of the change feed: what a commit changed.
///
/// The entry tells a reader what to read again; it holds no value.
public struct Change: Sendable, Equatable {
    /// Kinds of things that change.
    public struct Kind: RawRepresentable, Sendable, Hashable {
        /// How it is stored.
        public var rawValue: String

        /// Creates a kind from its stored form.
        public init(rawValue: String) { self.rawValue = rawValue }
    }

    /// The row's number; later entries have larger ones.
    public var id: Int
    /// What kind of thing changed.
    public var kind: Kind
    /// Which one, by its id or name.
    public var item: String
    /// What of it changed, in the words of its owner.
    public var what: String
    /// The rows that were added, where the entry names them.
    public var rows: ClosedRange<Int>?
    /// Whether it was written through this opened file and the writer publishes it itself.
    public var isPublished: Bool
}

extension Change.Kind {
    /// More than is worth listing, such as an import.
    public static let everything = Self(rawValue: "everything")
}

/// Where a reader of the change feed is.
public struct ChangeCursor: Sendable, Equatable {
    /// The last entry that was read.
    public var change: Int
    /// The version of the database at that time; see `PRAGMA data_version`.
    var version: Int
}

/// What a reader of the change feed finds past its cursor.
public struct ChangeBatch: Sendable, Equatable {
    /// The entries in the order of their commits.
    public var changes: [Change]
    /// Where to read on.
    public var cursor: ChangeCursor
    /// Whether entries are missing, so that everything must be read again: they were pruned, or a
    /// program that knows nothing of the feed has written.
    public var isIncomplete: Bool
    /// Whether more entries are waiting.
    public var isFull: Bool
}
