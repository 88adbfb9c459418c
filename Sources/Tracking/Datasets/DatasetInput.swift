/// A dataset as a run read it; the digest identifies the state of its data.
public struct TrackedDataset: Sendable, Equatable {
    /// The dataset's name.
    public var name: String
    /// A digest of its content, at most 36 characters.
    public var digest: String
    /// The kind of its source, such as `local`.
    public var sourceType: String
    /// Its source: a path, a URI or a JSON text.
    public var source: String
    /// The shape of its rows as a JSON text, if known.
    public var schema: String?
    /// Counts and the like as a JSON text, if known.
    public var profile: String?

    /// Creates a dataset from its parts.
    public init(
        name: String,
        digest: String,
        sourceType: String,
        source: String,
        schema: String? = nil,
        profile: String? = nil
    ) {
        self.name = name
        self.digest = digest
        self.sourceType = sourceType
        self.source = source
        self.schema = schema
        self.profile = profile
    }
}

/// A dataset that a run read, and its purpose.
public struct DatasetInput: Sendable, Equatable {
    /// The dataset.
    public var dataset: TrackedDataset
    /// Tags of this use; `mlflow.data.context` is the purpose of the data.
    public var tags: [Tag]

    /// Creates an input of its parts; `context` becomes the tag `mlflow.data.context`.
    public init(_ dataset: TrackedDataset, context: String? = nil, tags: [Tag] = []) {
        self.dataset = dataset
        self.tags = (context.map { [Tag(Tag.datasetContext, $0)] } ?? []) + tags
    }

    /// The purpose of the data, such as `training` or `evaluation`.
    public var context: String? {
        tags.first { $0.key == Tag.datasetContext }?.value
    }
}

/// A dataset that runs of an experiment read, and its purpose.
public struct DatasetSummary: Sendable, Equatable {
    /// The experiment.
    public var experimentID: Int
    /// The dataset's name.
    public var name: String
    /// The digest of its content.
    public var digest: String
    /// Its purpose, such as `training`, if that was given.
    public var context: String?
}
