/// How far a run has come.
public enum RunStatus: String, Sendable, Codable, CaseIterable {
    /// It is being executed.
    case running = "RUNNING"
    /// It waits for its turn.
    case scheduled = "SCHEDULED"
    /// It came to its end.
    case finished = "FINISHED"
    /// It ended by an error.
    case failed = "FAILED"
    /// Somebody stopped it.
    case killed = "KILLED"

    /// Whether it is over.
    public var isTerminal: Bool { self != .running && self != .scheduled }
}

/// What is known of a run when it begins.
public struct NewRun: Sendable {
    /// The run's id, 32 hexadecimal digits; a random one if nil.
    public var id: String?
    /// The experiment that it belongs to.
    public var experimentID = 0
    /// Its name; a random readable one if nil or empty.
    public var name: String?
    /// Whose run it is; the store's identity if nil.
    public var user: String?
    /// Its first status.
    public var status = RunStatus.running
    /// When it began, in milliseconds since 1970; now if nil.
    public var startTime: Int?
    /// Its first tags.
    public var tags: [Tag] = []
    /// Whether the tag `mlflow.user` is set; MLflow's clients set it themselves.
    public var tagsUser = true

    /// A run of the Default experiment with everything left to the store.
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
    /// Whose run it is.
    public var user: String
    /// How far it has come, as its owner said last.
    public var status: RunStatus
    /// When it began, in milliseconds since 1970.
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
    /// The ids of the logged models that went into it, such as the one that it evaluated.
    public var modelInputs: [String]
    /// The models that it made.
    public var outputs: [ModelOutput]

    /// Makes a record of its parts.
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

/// The parts of a run that cost a look into another table.
public struct RunDetails: OptionSet, Sendable {
    /// The set as bits.
    public let rawValue: Int

    /// Makes a set of its bits.
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
