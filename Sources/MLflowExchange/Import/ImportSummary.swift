import Tracking

/// What an import took, and what it left out.
public struct ImportSummary: Sendable, Equatable {
    /// Rows of one kind that were left out for one reason.
    public struct LeftOut: Sendable, Equatable {
        /// Their kind, such as `parameter`.
        public var kind: String
        /// Why they were left out.
        public var reason: String
        /// How many there are.
        public var count: Int
        /// The first of them, at most `nameLimit`.
        public var names: [String]
        /// Whether this store has no such kind, so that no run lacks anything.
        public var isForeign = false

        /// The maximum number of names.
        public static let nameLimit = 20

        /// Creates an entry from its parts.
        public init(kind: String, reason: String, count: Int, names: [String]) {
            self.kind = kind
            self.reason = reason
            self.count = count
            self.names = names
        }
    }

    /// Something whose name changed.
    public struct Renaming: Sendable, Equatable {
        /// Its name in the source.
        public var from: String
        /// Its name here.
        public var to: String

        /// Creates an entry from its parts.
        public init(from: String, to: String) {
            self.from = from
            self.to = to
        }
    }

    /// Created experiments.
    public var experiments = 0
    /// Imported runs.
    public var runs = 0
    /// Runs left alone because a run with that id exists.
    public var runsPresent = 0
    /// Parameters of these runs.
    public var params = 0
    /// Points of metrics of these runs.
    public var metricPoints = 0
    /// Tags of these runs.
    public var tags = 0
    /// Imported datasets.
    public var datasets = 0
    /// Imported logged models.
    public var loggedModels = 0
    /// Logged models left alone because a model with that id exists.
    public var loggedModelsPresent = 0
    /// Created registered models.
    public var registeredModels = 0
    /// Imported versions of registered models.
    public var modelVersions = 0
    /// Versions left alone because they exist.
    public var modelVersionsPresent = 0
    /// Experiments and registered models whose names were in use.
    public var renamed: [Renaming] = []
    /// What was left out.
    public var leftOut: [LeftOut] = []

    /// The summary of an import that has not started.
    public init() {}

    /// Counts something of a kind that this store does not have.
    mutating func skip(_ kind: String, _ name: String?) {
        let reason = "this program keeps none"
        leaveOut(kind, name, because: reason)
        for place in leftOut.indices where leftOut[place].reason == reason {
            leftOut[place].isForeign = true
        }
    }

    /// Counts something that is left out, and adds its name if there is room.
    mutating func leaveOut(
        _ kind: String,
        _ name: String?,
        because reason: String,
        count: Int = 1
    ) {
        guard count > 0 else { return }
        let name = name.map { Validation.printable(String($0.prefix(240))) }
        if let place = leftOut.firstIndex(where: { $0.kind == kind && $0.reason == reason }) {
            leftOut[place].count += count
            if let name, leftOut[place].names.count < LeftOut.nameLimit {
                leftOut[place].names.append(name)
            }
        } else {
            let names = name.map { [$0] } ?? []
            leftOut.append(LeftOut(kind: kind, reason: reason, count: count, names: names))
        }
    }
}

/// The progress of an import.
public struct ImportProgress: Sendable, Equatable {
    /// The current phase.
    public enum Phase: String, Sendable {
        /// Copying the other database, in bytes.
        case copying
        /// Reading a folder of files, in runs.
        case reading
        /// Importing experiments and runs.
        case runs
        /// Importing points of metrics.
        case metrics
        /// Importing logged models and the registry.
        case models
    }

    /// The current phase.
    public var phase: Phase
    /// How many parts of the phase are done.
    public var done: Int
    /// How many parts the phase has; 0 if unknown.
    public var total: Int

    /// Creates a report from its parts.
    public init(_ phase: Phase, done: Int = 0, total: Int = 0) {
        self.phase = phase
        self.done = done
        self.total = total
    }
}
