/// One entry of the change feed: what a commit changed.
///
/// The entry tells a reader what to read again; it holds no value.
public struct Change: Sendable, Equatable {
    /// Kinds of things that change.
    public struct Kind: RawRepresentable, Sendable, Hashable {
        /// How it is stored.
        public var rawValue: String

        /// Makes a kind from its stored form.
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
    /// Whether this store wrote it and the writer publishes it itself.
    public var isTold: Bool
}

extension Change.Kind {
    /// An experiment; the item is its number.
    public static let experiment = Self(rawValue: "experiment")
    /// A run; the item is its id and ``RunChange`` says what changed.
    public static let run = Self(rawValue: "run")
    /// A request to the process that executes a run; the item is the run's id.
    public static let request = Self(rawValue: "request")
    /// A logged model; the item is its id.
    public static let loggedModel = Self(rawValue: "logged_model")
    /// A trace; the item is its id.
    public static let trace = Self(rawValue: "trace")
    /// A registered model; the item is its name.
    public static let registeredModel = Self(rawValue: "registered_model")
    /// More than is worth listing, such as an import.
    public static let everything = Self(rawValue: "everything")
}

/// What of a run a commit changed.
public enum RunChange: String, Sendable {
    /// The run itself, its tags, parameters, inputs or outputs.
    case changed
    /// Points of metrics were added.
    case metrics
    /// The run can be resumed at another step.
    case checkpoint
    /// Evaluation samples were added.
    case samples
    /// A monitor alerted.
    case alert
    /// The run pauses, or continues.
    case pause
    /// The run was removed for good.
    case removed
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
