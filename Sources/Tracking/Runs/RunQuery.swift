import GRDB

/// Which runs a listing shows, and in which order.
public struct RunQuery: Sendable {
    /// What a listing can be sorted by.
    public enum Column: Sendable, Equatable {
        /// An attribute of the run.
        case name, status, user, startTime, endTime, duration
        /// The last value of a metric; NaN, then runs without it, come last either way.
        case metric(TrackingKey)
        /// A parameter, by number if it is one; runs without it come last in both directions.
        case param(TrackingKey)
        /// A tag; runs without it come last either way.
        case tag(TrackingKey)
    }

    /// One rule of the order.
    public struct Order: Sendable, Equatable {
        /// What to sort by.
        public var column: Column
        /// Whether the largest comes first.
        public var isDescending: Bool

        /// Creates a rule from its parts.
        public init(_ column: Column, isDescending: Bool = false) {
            self.column = column
            self.isDescending = isDescending
        }
    }

    /// Only runs of these experiments; of all if nil.
    public var experimentIDs: [Int]?
    /// In use, in the trash, or both.
    public var view = LifecycleView.active
    /// Only runs in these states; in any if nil.
    public var statuses: [RunStatus]?
    /// Only runs whose name contains this text; case is ignored for ASCII.
    public var nameContains: String?
    /// The order; ties are broken by newest first, then by id.
    public var order: [Order] = []
    /// At most this many; all if nil.
    public var limit: Int?
    /// Only runs behind this one in the order of newest first.
    ///
    /// Behind one with a time, those without a time are left out: they come last, behind the position
    /// without a time and with an empty id.
    public var after: RunPosition?
    /// How many to skip at the beginning.
    public var offset = 0
    /// Which parts of the runs to read.
    public var details = RunDetails.all

    /// All active runs, newest first.
    public init() {}
}

/// The place of a run among all, the newest first: by its time, then by its id.
public struct RunPosition: Sendable, Equatable {
    /// When the run started, in milliseconds since 1970.
    public var startTime: Int?
    /// The run's id.
    public var id: String

    /// Creates a position from its parts.
    public init(startTime: Int?, id: String) {
        self.startTime = startTime
        self.id = id
    }
}

extension TrackingStore {
    /// The runs that a query selects.
    public func runs(_ query: RunQuery = RunQuery()) throws -> [RunRecord] {
        try read { db in
            let statement = RunSelection(query)
            var runs = try Row.fetchAll(
                db.cachedStatement(sql: statement.sql),
                arguments: statement.arguments
            ).map(RunRecord.init(row:))
            try RunRecord.addDetails(db, query.details, to: &runs)
            return runs
        }
    }

    /// How many runs a query selects, ignoring its limit and offset.
    public func countRuns(_ query: RunQuery = RunQuery()) throws -> Int {
        try read { db in
            let statement = RunSelection(counting: query)
            return try Int.fetchOne(
                db.cachedStatement(sql: statement.sql),
                arguments: statement.arguments
            ) ?? 0
        }
    }
}
