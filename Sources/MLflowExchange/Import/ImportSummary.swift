import Tracking

/// What an import brought over, and what it did not.
public struct ImportSummary: Sendable, Equatable {
    /// Rows of one kind that were not taken, for one reason.
    public struct LeftOut: Sendable, Equatable {
        /// What they are, such as `parameter`.
        public var kind: String
        /// Why they were not taken.
        public var reason: String
        /// How many there are.
        public var count: Int
        /// The first of them, at most `nameLimit`.
        public var names: [String]
        /// Whether this store keeps nothing of the kind, so that no run lacks anything.
        public var isForeign = false

        /// How many are named.
        public static let nameLimit = 20

        /// Creates an entry from its parts.
        public init(kind: String, reason: String, count: Int, names: [String]) {
            self.kind = kind
            self.reason = reason
            self.count = count
            self.names = names
        }
    }

    /// Something that goes by another name here.
    public struct Renaming: Sendable, Equatable {
        /// Its name where it comes from.
        public var from: String
        /// Its name here.
        public var to: String

        /// Creates an entry from its parts.
        public init(from: String, to: String) {
            self.from = from
            self.to = to
        }
    }

    /// Experiments made.
    public var experiments = 0
    /// Runs brought over.
    public var runs = 0
    /// Runs left alone because a run of that id is here already.
    public var runsPresent = 0
    /// Parameters of these runs.
    public var params = 0
    /// Points of metrics of these runs.
    public var metricPoints = 0
    /// Tags of these runs.
    public var tags = 0
    /// Datasets brought over.
    public var datasets = 0
    /// Logged models brought over.
    public var loggedModels = 0
    /// Logged models left alone because a model of that id is here already.
    public var loggedModelsPresent = 0
    /// Registered models made.
    public var registeredModels = 0
    /// Versions of registered models brought over.
    public var modelVersions = 0
    /// Versions left alone because they are here already.
    public var modelVersionsPresent = 0
    /// Experiments and registered models whose names were taken here.
    public var renamed: [Renaming] = []
    /// What was not taken.
    public var leftOut: [LeftOut] = []

    /// The summary of an import that has not begun.
    public init() {}

    /// Counts something of a kind that this store does not keep.
    mutating func passOver(_ kind: String, _ name: String?) {
        let reason = "this program keeps none"
        leaveOut(kind, name, because: reason)
        for place in leftOut.indices where leftOut[place].reason == reason {
            leftOut[place].isForeign = true
        }
    }

    /// Counts something that is not taken, and names it while there is room.
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

/// How far an import has come.
public struct ImportProgress: Sendable, Equatable {
    /// What it is at.
    public enum Stage: String, Sendable {
        /// It copies the other database, in bytes.
        case copying
        /// It reads a folder of files, in runs.
        case reading
        /// It brings over experiments and runs.
        case runs
        /// It brings over points of metrics.
        case metrics
        /// It brings over logged models and the registry.
        case models
    }

    /// What it is at.
    public var stage: Stage
    /// How many parts of the stage are done.
    public var done: Int
    /// How many parts the stage has; 0 if that is not known.
    public var total: Int

    /// Creates a report from its parts.
    public init(_ stage: Stage, done: Int = 0, total: Int = 0) {
        self.stage = stage
        self.done = done
        self.total = total
    }
}
