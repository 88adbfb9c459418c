/// The sizes and constants of a model, as its file states them.
///
/// The letters are the ones used for dimensions everywhere.
public struct ModelConfiguration: Sendable, Equatable {
    /// Numbers that Granite multiplies by, or divides by; 1 everywhere else.
    public struct Multipliers: Sendable, Equatable {
        /// What embeddings are multiplied by.
        public var embedding: Float = 1
        /// What a layer's two outputs are multiplied by before they are added.
        public var residual: Float = 1
        /// What scores are multiplied by; nil for 1/√D.
        public var attention: Float?
        /// What logits are divided by.
        public var logits: Float = 1

        /// None.
        public init() {}
    }

    /// The architecture's name, such as `llama`; one of `Architecture.all`.
    public private(set) var architecture: String
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
    /// How many tokens attention sees, the newest included; nil for all.
    public let slidingWindow: Int?
    /// How many numbers of each head are rotated, its first; even, and D unless only a part is.
    public let rotatedWidth: Int
    /// How many tokens it was pretrained on at once, where LongRoPE carries it further; else nil.
    public let originalContextLength: Int?
    /// What rotated queries and keys are multiplied by, as LongRoPE does; else 1.
    public let rotaryAmplitude: Float
    /// The layers whose queries and keys are not rotated, ascending.
    public let unrotatedLayers: [Int]
    /// What it multiplies by.
    public let multipliers: Multipliers

    /// What scores are multiplied by before their softmax.
    public var attentionScale: Float { multipliers.attention ?? 1 / Float(headWidth).squareRoot() }

    /// What the architecture has beyond the plain one.
    public var traits: Architecture { Architecture.named(architecture) ?? .llama }

    /// Whether no layer rotates queries and keys.
    var rotatesNothing: Bool { unrotatedLayers.count == layerCount }

    /// The sizes of the GGUF file that the model becomes: its architecture may be another there.
    var inGGUF: ModelConfiguration {
        var sizes = self
        sizes.architecture = traits.ggufName
        return sizes
    }

    /// How many numbers the model consists of, its tied matrix counted once.
    public var parameterCount: Int {
        let attention = 2 * width * headWidth * (headCount + keyValueHeadCount)
        let biases = traits.hasAttentionBiases ? headWidth * (headCount + 2 * keyValueHeadCount) : 0
        let headNorms = traits.hasHeadNorms ? 2 * headWidth : 0
        let layer = attention + 3 * width * feedForwardWidth + 2 * width + biases + headNorms
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
        tiesEmbeddings: Bool,
        slidingWindow: Int? = nil,
        rotatedWidth: Int? = nil,
        originalContextLength: Int? = nil,
        rotaryAmplitude: Float = 1,
        unrotatedLayers: [Int] = [],
        multipliers: Multipliers = Multipliers()
    ) {
        let dimensions = [
            vocabularySize, width, layerCount, headCount, keyValueHeadCount, headWidth,
            feedForwardWidth, contextLength,
        ]
        precondition(dimensions.allSatisfy { $0 > 0 }, "a dimension is not positive: \(dimensions)")
        precondition(
            Architecture.named(architecture) != nil,
            "unknown architecture \(architecture)"
        )
        precondition(slidingWindow ?? 1 > 0, "a window of \(slidingWindow ?? 0) tokens")
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
        self.slidingWindow = slidingWindow
        self.rotatedWidth = rotatedWidth ?? headWidth
        self.originalContextLength = originalContextLength
        self.rotaryAmplitude = rotaryAmplitude
        self.unrotatedLayers = unrotatedLayers
        self.multipliers = multipliers
        precondition(
            self.rotatedWidth % 2 == 0 && (1...headWidth).contains(self.rotatedWidth),
            "\(self.rotatedWidth) numbers of a head of \(headWidth) cannot rotate"
        )
    }
}
