/// The state of a run.
public enum RunStatus: String, Sendable, Codable, CaseIterable {
    /// It is being executed.
    case running = "RUNNING"
    /// It waits for its turn.
    case scheduled = "SCHEDULED"
    /// It completed.
    case finished = "FINISHED"
    /// It ended with an error.
    case failed = "FAILED"
    /// It was stopped.
    case killed = "KILLED"

    /// Whether it has ended.
    public var isTerminal: Bool { self != .running && self != .scheduled }
}

/// What is known of a run when it starts.
public struct NewRun: Sendable {
    /// The run's id, 32 hexadecimal digits; a random one if nil.
    public var id: String?
    /// The experiment that it belongs to.
    public var experimentID = 0
    /// Its name; a random readable one if nil or empty.
    public var name: String?
    /// The user; that of the store's identity if nil.
    public var user: String?
    /// Its first status.
    public var status = RunStatus.running
    /// When it started, in milliseconds since 1970; now if nil.
    public var startTime: Int?
    /// Its first tags.
    public var tags: [Tag] = []
    /// Whether the tag `mlflow.user` is set; MLflow's clients set it themselves.
    public var tagsUser = true

    /// A run of the Default experiment; the store chooses everything else.
    public init() {}
}

/// A run with what was logged for it.
public struct RunRecord: Sendable, Equatable, Identifiable {
    /// 32 hexadecimal digits.
    public var id: String
    /// The experiment that it belongs to.
    public var experimentID: Int
    /// Its name, which need not be unique.
    public var name: String
    /// The user who started it.
    public var user: String
    /// Its state, as its owner last wrote it.
    public var status: RunStatus
    /// When it started, in milliseconds since 1970.
    public var startTime: Int?
    /// When it ended, in milliseconds since 1970.
    public var endTime: Int?
    /// Whether it is in use or in the trash.
    public var lifecycle: LifecycleStage
    /// The folder of its artifacts, relative to the workspace if it has no scheme.
    public var artifactURI: String
    /// Its parameters.
    public var params: [TrackingKey: String]
    /// The last point of each of its metrics.
    public var metrics: [TrackingKey: Metric]
    /// Its tags.
    public var tags: [TrackingKey: String]
    /// The datasets that it read.
    public var inputs: [DatasetInput]
    /// The ids of the logged models that it read, such as the one that it evaluated.
    public var modelInputs: [String]
    /// The models that it made.
    public var outputs: [ModelOutput]

    /// Creates a record from its parts.
    public init(
        id: String,
        experimentID: Int,
        name: String,
        user: String,
        status: RunStatus,
        startTime: Int? = nil,
        endTime: Int? = nil,
        lifecycle: LifecycleStage,
        artifactURI: String,
        params: [TrackingKey: String] = [:],
        metrics: [TrackingKey: Metric] = [:],
        tags: [TrackingKey: String] = [:],
        inputs: [DatasetInput] = [],
        modelInputs: [String] = [],
        outputs: [ModelOutput] = []
    ) {
        self.id = id
        self.experimentID = experimentID
        self.name = name
        self.user = user
        self.status = status
        self.startTime = startTime
        self.endTime = endTime
        self.lifecycle = lifecycle
        self.artifactURI = artifactURI
        self.params = params
        self.metrics = metrics
        self.tags = tags
        self.inputs = inputs
        self.modelInputs = modelInputs
        self.outputs = outputs
    }
}

/// The parts of a run that are read from other tables.
public struct RunDetails: OptionSet, Sendable {
    /// The set as bits.
    public let rawValue: Int

    /// Creates a set from its bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// `RunRecord.params`.
    public static let params = RunDetails(rawValue: 1)
    /// `RunRecord.metrics`.
    public static let metrics = RunDetails(rawValue: 2)
    /// `RunRecord.tags`.
    public static let tags = RunDetails(rawValue: 4)
    /// `RunRecord.inputs` and `RunRecord.modelInputs`.
    public static let inputs = RunDetails(rawValue: 8)
    /// `RunRecord.outputs`.
    public static let outputs = RunDetails(rawValue: 16)
    /// All of them.
    public static let all: RunDetails = [.params, .metrics, .tags, .inputs, .outputs]
}
