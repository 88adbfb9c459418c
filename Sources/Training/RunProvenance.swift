/// The model and data of a run; a checkpoint is useless with any others.
public struct RunProvenance: Sendable, Codable, Equatable {
    /// The base model's name, which the adapter's files refer to.
    public let modelName: String
    /// The SHA-256 of the model file, in hex.
    public let modelDigest: String
    /// The dataset's name.
    public let datasetName: String
    /// The digest of the dataset's content, in hex.
    public let datasetDigest: String

    /// Creates a provenance.
    public init(modelName: String, modelDigest: String, datasetName: String, datasetDigest: String)
    {
        self.modelName = modelName
        self.modelDigest = modelDigest
        self.datasetName = datasetName
        self.datasetDigest = datasetDigest
    }
}
