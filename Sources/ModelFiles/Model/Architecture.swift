/// What a decoder of the Llama family has beyond the plain one: a row of the
/// table of architectures that are computed here.
public struct Architecture: Sendable, Equatable {
    /// Its name in GGUF files.
    public let name: String
    /// What `model_type` it is in the `config.json` of Hugging Face models.
    public let modelTypes: [String]
    /// Which rows of a head rotate together, in its files.
    public let rotaryLayout: RotaryLayout
    /// Whether queries, keys and values have a bias.
    public let hasAttentionBiases: Bool
    /// Whether each head of the queries and keys is normalized before it is turned.
    public let hasHeadNorms: Bool

    /// Llama, and what files of its kind hold: Mistral, SmolLM.
    public static let llama = Architecture(
        name: "llama",
        modelTypes: ["llama", "mistral"],
        rotaryLayout: .adjacentPairs
    )
    /// Qwen 2 and 2.5.
    public static let qwen2 = Architecture(
        name: "qwen2",
        modelTypes: ["qwen2"],
        rotaryLayout: .halves,
        hasAttentionBiases: true
    )
    /// Qwen 3, the dense models.
    public static let qwen3 = Architecture(
        name: "qwen3",
        modelTypes: ["qwen3"],
        rotaryLayout: .halves,
        hasHeadNorms: true
    )

    /// All of them.
    public static let all = [llama, qwen2, qwen3]

    /// The architecture of that name.
    public static func named(_ name: String) -> Architecture? { all.first { $0.name == name } }

    private init(
        name: String,
        modelTypes: [String],
        rotaryLayout: RotaryLayout,
        hasAttentionBiases: Bool = false,
        hasHeadNorms: Bool = false
    ) {
        self.name = name
        self.modelTypes = modelTypes
        self.rotaryLayout = rotaryLayout
        self.hasAttentionBiases = hasAttentionBiases
        self.hasHeadNorms = hasHeadNorms
    }
}
