/// A note that can be changed, on a run, experiment, dataset input or model.
public struct Tag: Sendable, Equatable {
    /// Its name.
    public var key: TrackingKey
    /// Its text.
    public var value: String

    /// Creates a tag from its parts.
    public init(_ key: TrackingKey, _ value: String) {
        self.key = key
        self.value = value
    }

    /// Its text as stored.
    var storedValue: String { Secrets.redacted(value) }

    /// The tag that holds a run's name; setting it renames the run.
    public static let runName: TrackingKey = "mlflow.runName"
    /// The tag that holds the name of a run's user.
    public static let user: TrackingKey = "mlflow.user"
    /// The tag that only runs of this program have: `user@host` of the process that executes or
    /// executed it.
    public static let owner: TrackingKey = "workbench.owner"
    /// The tag of such a run with the folder of its finished adapter, below its artifacts.
    public static let adapter: TrackingKey = "workbench.adapter"
    /// The tag with the file of its finished model, if all weights were trained.
    public static let model: TrackingKey = "workbench.model"
    /// The tag on a dataset input with the purpose of the data, such as `training`.
    public static let datasetContext: TrackingKey = "mlflow.data.context"

    /// Checks a tag that is refused, not cut, if it is longer than `limit`.
    package func check(limit: Int? = nil) throws {
        try Validation.check(key: key, of: .tag)
        try Validation.check(text: value, of: "tag value", limit: limit)
    }
}

/// A setting of a run that cannot be changed.
public struct Param: Sendable, Equatable {
    /// Its name.
    public var key: TrackingKey
    /// Its text.
    public var value: String
    /// Its text as stored.
    var storedValue: String { Secrets.redacted(value) }

    /// Creates a parameter from its parts.
    public init(_ key: TrackingKey, _ value: String) {
        self.key = key
        self.value = value
    }
}

/// What is logged for a run in one transaction.
public struct Batch: Sendable, Equatable {
    /// Measured values.
    public var metrics: [Metric]
    /// The values among them that were measured on a logged model, again.
    public var modelMetrics: [ModelMetric]
    /// Settings.
    public var params: [Param]
    /// Notes.
    public var tags: [Tag]

    /// Creates a batch from its parts.
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
