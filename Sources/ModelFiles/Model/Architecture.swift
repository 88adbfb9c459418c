internal import JSON

/// The parts of a decoder of the Llama family: a row of the table of architectures.
///
/// Each part is computed, forward and backward, by one file in `Transformer/Parts`. The sizes and
/// constants of the parts are in `ModelConfiguration`.
public struct Architecture: Sendable, Equatable {
    /// How a scaled rotary embedding divides its frequencies.
    public enum RotaryScaling: Sendable, Equatable {
        /// By one list of factors, or not at all.
        case factors
        /// By one factor, a setting in GGUF files, in layers without a window.
        case linearInSettings
        /// By one list up to the context of pretraining, and by another beyond it: LongRoPE (arXiv
        /// 2402.13753).
        case longRope
    }

    /// The activation of a feed-forward network's gated half, with its name in `config.json`.
    public enum Activation: String, Sendable, Equatable {
        /// x σ(x).
        case silu
        /// GELU, tanh approximation.
        case geluTanh = "gelu_pytorch_tanh"
    }

    /// Soft caps, cap · tanh(x / cap).
    public struct SoftCaps: Sendable, Equatable {
        /// The cap of attention scores; nil for none.
        public var scores: Float?
        /// The cap of logits; nil for none.
        public var logits: Float?

        /// Caps for scores and logits.
        public init(scores: Float? = nil, logits: Float? = nil) {
            self.scores = scores
            self.logits = logits
        }
    }

    /// Its name: the one in GGUF files, unless its models become those of another row there.
    public let name: String
    /// The values of `model_type` in the `config.json` of Hugging Face models.
    public let modelTypes: [String]
    /// The row that describes the GGUF files of its models, if it is another.
    public var ggufRow: String?
    /// The name of its class in transformers, without `ForCausalLM`, where that is not the
    /// `model_type` with a capital letter.
    var className: String?
    /// Constant settings in its `config.json`.
    var settings: [String: JSONValue] = [:]
    /// Whether its `config.json` always has `sliding_window`.
    var writesWindow = false
    /// Whether `use_sliding_window` and `max_window_layers` in its `config.json` select the layers
    /// with a window.
    var countsWindowLayers = false
    /// The names of a layer's tensors in Hugging Face folders, if they are not Llama's.
    public var checkpointNames: [TensorRole: String] = [:]
    /// The name of the width of the feed-forward network in `config.json`.
    public var feedForwardWidthName = "intermediate_size"
    /// Whether folders of its `model_type` may contain other layers than attention, and experts,
    /// which are refused.
    public var isHybrid = false
    /// Which rows of a head are rotated together, in its GGUF files.
    public var rotaryLayout = RotaryLayout.halves
    /// Whether queries, keys and values have a bias.
    public var hasAttentionBiases = false
    /// Whether each head of the queries and keys is normalized before it is rotated.
    public var hasHeadNorms = false
    /// Whether the outputs of attention and the feed-forward network are normalized.
    public var hasPostNorms = false
    /// Added to norm weights of Hugging Face folders; GGUF files contain the sums.
    public var normWeightOffset: Float = 0
    /// The activation of the feed-forward network.
    public var activation = Activation.silu
    /// Whether queries, keys and values are combined in one matrix.
    public var fusesAttention = false
    /// Whether both halves of the feed-forward network are combined in one matrix.
    public var fusesFeedForward = false
    /// The interval of layers that do not rotate queries and keys, unless the model sets them
    /// itself; nil if all rotate.
    public var unrotatedInterval: Int?
    /// Whether a model may rotate only a part of each head.
    public var rotatesPartially = false
    /// How its rotary embedding may be scaled.
    public var rotaryScaling = RotaryScaling.factors
    /// The default base of rotation in layers with a window; nil if it is the same in all layers.
    public var localRopeTheta: Float?
    /// The interval of layers without a window; nil if all layers are alike.
    public var windowPeriod: Int?
    /// The default window.
    public var window: Int?
    /// The default width of a head in `config.json`; nil for C/H.
    public var headWidth: Int?
    /// Whether embeddings, residuals, scores and logits have multipliers of their own.
    public var hasMultipliers = false
    /// Whether embeddings are multiplied by √C.
    public var scalesEmbeddings = false
    /// Whether embeddings are multiplied in the embedding module of transformers, so that noise in
    /// training is added to the products.
    public var scalesBeforeNoise = false
    /// The default of `query_pre_attn_scalar`, whose root divides scores; nil if that is always D.
    public var queryScalar: Float?
    /// The number of layers of the model whose scores are divided by √(C/H) in GGUF files; others use
    /// √D.
    public var wideLayerCount: Int?
    /// The default soft caps; nil if the architecture has none.
    public var softCaps: SoftCaps?

    /// Llama, and compatible models: Mistral, SmolLM.
    public static let llama = Architecture(
        name: "llama",
        modelTypes: ["llama", "mistral"],
        settings: ["mlp_bias": false, "attention_bias": false],
        rotaryLayout: .adjacentPairs
    )

    /// Their default is a token that another vocabulary may not have.
    private static let noPadding: [String: JSONValue] = ["pad_token_id": .null]

    /// All of them.
    public static let all = [
        llama,
        // Qwen 2 and 2.5.
        Architecture(
            name: "qwen2",
            modelTypes: ["qwen2"],
            writesWindow: true,
            countsWindowLayers: true,
            hasAttentionBiases: true
        ),
        // Qwen 3, the dense models.
        Architecture(
            name: "qwen3",
            modelTypes: ["qwen3"],
            settings: ["attention_bias": false],
            writesWindow: true,
            countsWindowLayers: true,
            hasHeadNorms: true
        ),
        // SmolLM3.
        Architecture(
            name: "smollm3",
            modelTypes: ["smollm3"],
            className: "SmolLM3",
            settings: noPadding.merging(["use_sliding_window": false]) { $1 },
            rotaryLayout: .adjacentPairs,
            unrotatedInterval: 4
        ),
        // Granite 3, the dense models.
        Architecture(
            name: "granite",
            modelTypes: ["granite"],
            rotaryLayout: .adjacentPairs,
            hasMultipliers: true
        ),
        // Granite 4, the dense models. Their GGUF files are those of Granite 3.
        Architecture(
            name: "granitemoehybrid",
            modelTypes: ["granitemoehybrid"],
            ggufRow: "granite",
            className: "GraniteMoeHybrid",
            // transformers divides by the last, although there are no such layers.
            settings: ["num_local_experts": 0, "num_experts_per_tok": 0, "mamba_n_heads": 1],
            checkpointNames: [
                .gateUp: "shared_mlp.input_linear", .down: "shared_mlp.output_linear",
            ],
            feedForwardWidthName: "shared_intermediate_size",
            isHybrid: true,
            rotaryLayout: .adjacentPairs,
            fusesFeedForward: true,
            hasMultipliers: true
        ),
        // Gemma 2.
        Architecture(
            name: "gemma2",
            modelTypes: ["gemma2"],
            writesWindow: true,
            checkpointNames: [.feedForwardNorm: "pre_feedforward_layernorm"],
            hasPostNorms: true,
            normWeightOffset: 1,
            activation: .geluTanh,
            windowPeriod: 2,
            window: 4096,
            headWidth: 256,
            scalesEmbeddings: true,
            queryScalar: 256,
            wideLayerCount: 46,
            softCaps: SoftCaps(scores: 50, logits: 30)
        ),
        // Gemma 3, the text models.
        Architecture(
            name: "gemma3",
            modelTypes: ["gemma3_text"],
            className: "Gemma3",
            writesWindow: true,
            checkpointNames: [.feedForwardNorm: "pre_feedforward_layernorm"],
            hasHeadNorms: true,
            hasPostNorms: true,
            normWeightOffset: 1,
            activation: .geluTanh,
            rotaryScaling: .linearInSettings,
            localRopeTheta: 10_000,
            windowPeriod: 6,
            headWidth: 256,
            scalesEmbeddings: true,
            scalesBeforeNoise: true,
            queryScalar: 256,
            wideLayerCount: 62,
            softCaps: SoftCaps()
        ),
        // Phi-3, Phi-4 and their small models.
        Architecture(
            name: "phi3",
            modelTypes: ["phi3"],
            settings: noPadding,
            writesWindow: true,
            fusesAttention: true,
            fusesFeedForward: true,
            rotatesPartially: true,
            rotaryScaling: .longRope
        ),
    ]

    /// The layers that do not rotate queries and keys by default, out of `layerCount`.
    func unrotatedLayers(of layerCount: Int) -> [Int] {
        guard let interval = unrotatedInterval else { return [] }
        return (0..<layerCount).filter { ($0 + 1) % interval == 0 }
    }

    /// The layers without a window, unless the model sets them itself.
    func globalLayers(of layerCount: Int) -> [Int] {
        guard let period = windowPeriod else { return [] }
        return (0..<layerCount).filter { ($0 + 1) % period == 0 }
    }

    /// The number whose root divides scores in a GGUF file; nil if that is always D.
    func queryScalar(width: Int, headCount: Int, headWidth: Int, layerCount: Int) -> Float? {
        guard queryScalar != nil else { return nil }
        return Float(layerCount == wideLayerCount ? width / headCount : headWidth)
    }

    /// The architecture with that name.
    public static func named(_ name: String) -> Architecture? { all.first { $0.name == name } }

    /// Its name in GGUF files (`general.architecture`).
    public var ggufName: String { ggufRow ?? name }

    /// The architecture of GGUF files that name it so.
    static func ofGGUF(_ name: String) -> Architecture? {
        all.first { $0.name == name && $0.ggufRow == nil }
    }

    /// Those that GGUF files may name.
    static var namesInGGUF: String {
        all.filter { $0.ggufRow == nil }.map(\.name).joined(separator: ", ")
    }
}
