/// A model to be trained from scratch: its sizes, and the data for its vocabulary.
public struct NewModelRequest: Equatable, Sendable {
    /// Where the GGUF file will be.
    public var output: String
    /// Whether a file of that name is replaced.
    public var replaces = false
    /// The datasets whose text the vocabulary is learnt from.
    public var datasets: [String]
    /// What the model calls itself; nil for the file's name.
    public var name: String?
    /// How many tokens it knows at most.
    public var vocabularySize = 4096
    /// The width of the residual stream.
    public var width = 192
    /// How many layers it has.
    public var layerCount = 6
    /// How many query heads a layer has; the width is a multiple of it.
    public var headCount = 6
    /// How many key and value heads a layer has; divides the query heads.
    public var keyValueHeadCount = 3
    /// The width of the feed-forward layer.
    public var feedForwardWidth = 512
    /// How many tokens it sees at once.
    public var contextLength = 1024
    /// How its matrices are stored: F32, F16 or BF16.
    public var type = "F16"
    /// What its weights are drawn from.
    public var seed: UInt64 = 0

    /// A model of the default sizes, some 3 million parameters.
    public init(output: String, datasets: [String]) {
        self.output = output
        self.datasets = datasets
    }
}

/// A newly created model.
public struct NewModel: Equatable, Sendable, Codable {
    /// Its file.
    public var path: String
    /// How many tokens it knows.
    public var vocabularySize: Int
    /// How many numbers it consists of.
    public var parameterCount: Int
    /// The size of its file in bytes.
    public var byteCount: Int64
}
