/// A model to be trained from scratch: its sizes, and the data for its vocabulary.
public struct NewModelRequest: Equatable, Sendable {
    /// The path of the GGUF file.
    public var output: String
    /// Whether an existing file is replaced.
    public var replaces = false
    /// The datasets for learning the vocabulary.
    public var datasets: [String]
    /// The model's name; nil for the file's name.
    public var name: String?
    /// The maximum size of the vocabulary.
    public var vocabularySize = 4096
    /// The width of the residual stream.
    public var width = 192
    /// The number of layers.
    public var layerCount = 6
    /// The number of query heads of a layer; divides the width.
    public var headCount = 6
    /// The number of key and value heads of a layer; divides the query heads.
    public var keyValueHeadCount = 3
    /// The width of the feed-forward layer.
    public var feedForwardWidth = 512
    /// The context length in tokens.
    public var contextLength = 1024
    /// The type of its matrices: F32, F16 or BF16.
    public var type = "F16"
    /// The seed of its random weights.
    public var seed: UInt64 = 0

    /// A model of the default sizes, about 3 million parameters.
    public init(output: String, datasets: [String]) {
        self.output = output
        self.datasets = datasets
    }
}

/// A newly created model.
public struct NewModel: Equatable, Sendable, Codable {
    /// Its file.
    public var path: String
    /// The size of its vocabulary.
    public var vocabularySize: Int
    /// The number of its parameters.
    public var parameterCount: Int
    /// The size of its file in bytes.
    public var byteCount: Int64
}
