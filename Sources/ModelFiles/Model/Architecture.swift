/// What a decoder of the Llama family is made of: a row of the table of architectures.
///
/// Each part that a row names is computed, forward and backward, by one file in
/// `Transformer/Parts`. How large a part is, and its numbers, are in `ModelConfiguration`.
public struct Architecture: Sendable, Equatable {
    /// How a scaled rotary embedding divides its frequencies.
    public enum RotaryScaling: Sendable, Equatable {
        /// By one list of factors, or not at all.
        case factors
        /// By one list up to the context of pretraining, and by another beyond it: LongRoPE (arXiv
        /// 2402.13753).
        case longRope
    }

    /// Its name in GGUF files.
    public let name: String
    /// What `model_type` it is in the `config.json` of Hugging Face models.
    public let modelTypes: [String]
    /// Which rows of a head rotate together, in its GGUF files.
    public var rotaryLayout = RotaryLayout.halves
    /// Whether queries, keys and values have a bias.
    public var hasAttentionBiases = false
    /// Whether each head of the queries and keys is normalized before it is rotated.
    public var hasHeadNorms = false
    /// Whether one matrix makes queries, keys and values, and another both halves of the
    /// feed-forward network.
    public var fusesProjections = false
    /// Every how many layers one does not rotate queries and keys, unless the model says it by
    /// layer; nil where all rotate.
    public var unrotatedInterval: Int?
    /// Whether a model may rotate only a part of each head.
    public var rotatesPartially = false
    /// How its rotary embedding may be scaled.
    public var rotaryScaling = RotaryScaling.factors
    /// Whether embeddings, residuals, scores and logits have multipliers of their own.
    public var hasMultipliers = false

    /// Llama, and what files of its kind hold: Mistral, SmolLM.
    public static let llama = Architecture(
        name: "llama",
        modelTypes: ["llama", "mistral"],
        rotaryLayout: .adjacentPairs
    )

    /// All of them.
    public static let all = [
        llama,
        // Qwen 2 and 2.5.
        Architecture(name: "qwen2", modelTypes: ["qwen2"], hasAttentionBiases: true),
        // Qwen 3, the dense models.
        Architecture(name: "qwen3", modelTypes: ["qwen3"], hasHeadNorms: true),
        // SmolLM3.
        Architecture(
            name: "smollm3",
            modelTypes: ["smollm3"],
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
        // Phi-3, Phi-4 and their small models.
        Architecture(
            name: "phi3",
            modelTypes: ["phi3"],
            fusesProjections: true,
            rotatesPartially: true,
            rotaryScaling: .longRope
        ),
    ]

    /// Which of so many layers do not rotate queries and keys, unless the model says it.
    func unrotatedLayers(of layerCount: Int) -> [Int] {
        guard let interval = unrotatedInterval else { return [] }
        return (0..<layerCount).filter { ($0 + 1) % interval == 0 }
    }

    /// The architecture of that name.
    public static func named(_ name: String) -> Architecture? { all.first { $0.name == name } }
}
