/// The sizes and constants of a model, as its file states them.
///
/// The letters are the ones used for dimensions everywhere.
public struct ModelConfiguration: Sendable, Equatable, Codable {
    /// The architecture's name in GGUF, such as `llama`.
    public let architecture: String
    /// The model's own name for itself, empty if it has none.
    public let name: String
    /// V: how many tokens the model knows.
    public let vocabularySize: Int
    /// C: the width of the residual stream.
    public let width: Int
    /// L: how many layers there are.
    public let layerCount: Int
    /// H: how many query heads a layer has.
    public let headCount: Int
    /// K: how many key and value heads a layer has; divides H.
    public let keyValueHeadCount: Int
    /// D: the width of a head; even.
    public let headWidth: Int
    /// F: the width of the feed-forward layer.
    public let feedForwardWidth: Int
    /// How many tokens the model was trained to see at once.
    public let contextLength: Int
    /// The base of the rotary embedding's frequencies.
    public let ropeTheta: Float
    /// What is added to the mean square in RMS normalization.
    public let rmsEpsilon: Float
    /// Whether the output matrix is the token embedding.
    public let tiesEmbeddings: Bool

    /// How many numbers the model consists of, its tied matrix counted once.
    public var parameterCount: Int {
        let attention = 2 * width * headWidth * (headCount + keyValueHeadCount)
        let layer = attention + 3 * width * feedForwardWidth + 2 * width
        return layerCount * layer + vocabularySize * width * (tiesEmbeddings ? 1 : 2) + width
    }

    /// States a configuration; the dimensions are positive, K divides H and D is even.
    public init(
        architecture: String = "llama",
        name: String = "",
        vocabularySize: Int,
        width: Int,
        layerCount: Int,
        headCount: Int,
        keyValueHeadCount: Int,
        headWidth: Int,
        feedForwardWidth: Int,
        contextLength: Int,
        ropeTheta: Float = 10_000,
        rmsEpsilon: Float = 1e-5,
        tiesEmbeddings: Bool
    ) {
        let dimensions = [
            vocabularySize, width, layerCount, headCount, keyValueHeadCount, headWidth,
            feedForwardWidth, contextLength,
        ]
        precondition(dimensions.allSatisfy { $0 > 0 }, "a dimension is not positive: \(dimensions)")
        precondition(headCount % keyValueHeadCount == 0, "K does not divide H")
        precondition(headWidth % 2 == 0, "the head width \(headWidth) is odd")
        self.architecture = architecture
        self.name = name
        self.vocabularySize = vocabularySize
        self.width = width
        self.layerCount = layerCount
        self.headCount = headCount
        self.keyValueHeadCount = keyValueHeadCount
        self.headWidth = headWidth
        self.feedForwardWidth = feedForwardWidth
        self.contextLength = contextLength
        self.ropeTheta = ropeTheta
        self.rmsEpsilon = rmsEpsilon
        self.tiesEmbeddings = tiesEmbeddings
    }
}
