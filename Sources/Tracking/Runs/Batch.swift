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
    /// The tag on a dataset input that says what the data was for, such as `training`.
    public static let datasetContext: TrackingKey = "mlflow.data.context"

    func check() throws {
        try Validation.check(key: key, of: "tag")
        try Validation.check(text: value, of: "tag value", limit: Validation.tagLength)
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
    /// Settings.
    public var params: [Param]
    /// Notes.
    public var tags: [Tag]

    /// Makes a batch of its parts.
    public init(metrics: [Metric] = [], params: [Param] = [], tags: [Tag] = []) {
        self.metrics = metrics
        self.params = params
        self.tags = tags
    }
}
