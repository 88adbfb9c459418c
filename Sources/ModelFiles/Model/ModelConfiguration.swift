/// The sizes and constants of a model, as its file states them.
///
/// The letters are the ones used for dimensions everywhere.
public struct ModelConfiguration: Sendable, Equatable {
    /// Factors and divisors of Granite and Gemma; 1 in all other models.
    public struct Multipliers: Sendable, Equatable {
        /// The factor of embeddings.
        public var embedding: Float = 1
        /// The factor of a layer's two outputs before they are added.
        public var residual: Float = 1
        /// The factor of attention scores; nil for 1/√D.
        public var attention: Float?
        /// The divisor of logits.
        public var logits: Float = 1

        /// None.
        public init() {}
    }

    /// The architecture's name, such as `llama`; one of `Architecture.all`.
    public private(set) var architecture: String
    /// The model's own name, empty if it has none.
    public let name: String
    /// V: the number of tokens.
    public let vocabularySize: Int
    /// C: the width of the residual stream.
    public let width: Int
    /// L: the number of layers.
    public let layerCount: Int
    /// H: the number of query heads of a layer.
    public let headCount: Int
    /// K: the number of key and value heads of a layer; divides H.
    public let keyValueHeadCount: Int
    /// D: the width of a head; even.
    public let headWidth: Int
    /// F: the width of the feed-forward layer.
    public let feedForwardWidth: Int
    /// The context length in tokens that the model was trained with.
    public let contextLength: Int
    /// The base of the rotary embedding's frequencies.
    public let ropeTheta: Float
    /// The epsilon added to the mean square in RMS normalization.
    public let rmsEpsilon: Float
    /// Whether the output matrix is the token embedding.
    public let tiesEmbeddings: Bool
    /// The number of tokens that attention sees, including the newest; nil for all.
    public let slidingWindow: Int?
    /// How many components of each head are rotated, from the first; even, and D unless it is only
    /// a part.
    public let rotatedWidth: Int
    /// The context length of pretraining, if LongRoPE extends it; otherwise nil.
    public let originalContextLength: Int?
    /// The factor of rotated queries and keys for LongRoPE; otherwise 1.
    public let rotaryAmplitude: Float
    /// The layers whose queries and keys are not rotated, ascending.
    public let unrotatedLayers: [Int]
    /// The model's multipliers.
    public let multipliers: Multipliers
    /// The layers without a window, ascending; empty if all layers are alike.
    public let globalLayers: [Int]
    /// The base of rotation in layers with a window; nil if it is `ropeTheta`.
    public let localRopeTheta: Float?
    /// The soft caps of scores and logits.
    public let softCaps: Architecture.SoftCaps

    /// The number of tokens that a layer's attention sees, including the newest; nil for all.
    public func window(_ layer: Int) -> Int? {
        globalLayers.contains(layer) ? nil : slidingWindow
    }

    /// Whether a layer rotates by `localRopeTheta`, unscaled.
    public func rotatesLocally(_ layer: Int) -> Bool {
        localRopeTheta != nil && window(layer) != nil
    }

    /// The factor of attention scores before their softmax.
    public var attentionScale: Float { multipliers.attention ?? 1 / Float(headWidth).squareRoot() }

    /// The number whose root divides scores: the whole one if that gives the same scale.
    package var queryScalar: Double {
        let scale = Double(attentionScale)
        let scalar = 1 / (scale * scale)
        let whole = scalar.rounded()
        return 1 / Float(whole).squareRoot() == attentionScale ? whole : scalar
    }

    /// The parts of the architecture.
    public var traits: Architecture { Architecture.named(architecture) ?? .llama }

    /// Whether no layer rotates queries and keys.
    var rotatesNothing: Bool { unrotatedLayers.count == layerCount }

    /// The configuration of the model as a GGUF file, where its architecture may be another.
    var inGGUF: ModelConfiguration {
        var sizes = self
        sizes.architecture = traits.ggufName
        return sizes
    }

    /// The number of parameters; a tied matrix counts once.
    public var parameterCount: Int {
        let attention = 2 * width * headWidth * (headCount + keyValueHeadCount)
        let biases = traits.hasAttentionBiases ? headWidth * (headCount + 2 * keyValueHeadCount) : 0
        let headNorms = traits.hasHeadNorms ? 2 * headWidth : 0
        let norms = (traits.hasPostNorms ? 4 : 2) * width
        let layer = attention + 3 * width * feedForwardWidth + norms + biases + headNorms
        return layerCount * layer + vocabularySize * width * (tiesEmbeddings ? 1 : 2) + width
    }

    /// Creates a configuration; the dimensions are positive, K divides H and D is even.
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
        multipliers: Multipliers = Multipliers(),
        globalLayers: [Int] = [],
        localRopeTheta: Float? = nil,
        softCaps: Architecture.SoftCaps = Architecture.SoftCaps()
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
        self.globalLayers = globalLayers
        self.localRopeTheta = localRopeTheta
        self.softCaps = softCaps
        precondition(
            self.rotatedWidth % 2 == 0 && (1...headWidth).contains(self.rotatedWidth),
            "\(self.rotatedWidth) numbers of a head of \(headWidth) cannot rotate"
        )
    }
}
