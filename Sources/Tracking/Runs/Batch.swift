/// A changeable note on a run, experiment, dataset input or model.
public struct Tag: Sendable, Equatable {
    /// Its name.
    public var key: TrackingKey
    /// Its text.
    public var value: String

    /// Makes a tag of its parts.
    public init(_ key: TrackingKey, _ value: String) {
        self.key = key
        self.value = value
    }

    /// Its text as it is stored.
    var storedValue: String { Secrets.redacted(value) }

    /// The tag that holds a run's name; setting it renames the run.
    public static let runName: TrackingKey = "mlflow.runName"
    /// The tag that holds the name of a run's user.
    public static let user: TrackingKey = "mlflow.user"
    /// The tag that a run of this program has, and no other: `user@host` of the process that
    /// executes or executed it.
    public static let owner: TrackingKey = "workbench.owner"
    /// The tag of such a run that names the folder of its finished adapter, below its artifacts.
    public static let adapter: TrackingKey = "workbench.adapter"
    /// The tag that names the file of its finished model, where all weights were trained.
    public static let model: TrackingKey = "workbench.model"
    /// The tag on a dataset input that says what the data was for, such as `training`.
    public static let datasetContext: TrackingKey = "mlflow.data.context"

    /// Checks a tag that is refused, and not cut, where it is longer than `limit`.
    package func check(limit: Int? = nil) throws {
        try Validation.check(key: key, of: .tag)
        try Validation.check(text: value, of: "tag value", limit: limit)
    }
}

/// An unchangeable setting of a run.
public struct Param: Sendable, Equatable {
    /// Its name.
    public var key: TrackingKey
    /// Its text.
    public var value: String
    /// Its text as it is stored.
    var storedValue: String { Secrets.redacted(value) }

    /// Makes a parameter of its parts.
    public init(_ key: TrackingKey, _ value: String) {
        self.key = key
        self.value = value
    }
}

/// What is logged for a run in one transaction.
public struct Batch: Sendable, Equatable {
    /// Values measured.
    public var metrics: [Metric]
    /// Those of the values that were measured on a logged model, once more.
    public var modelMetrics: [ModelMetric]
    /// Settings.
    public var params: [Param]
    /// Notes.
    public var tags: [Tag]

    /// Makes a batch of its parts.
    public init(
        metrics: [Metric] = [],
        modelMetrics: [ModelMetric] = [],
        params: [Param] = [],
        tags: [Tag] = []
    ) {
        self.metrics = metrics
        self.modelMetrics = modelMetrics
        self.params = params
        self.tags = tags
    }
}
