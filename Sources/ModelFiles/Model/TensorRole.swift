/// What a weight is for in a decoder of the Llama family.
public enum TensorRole: Sendable, CaseIterable {
    /// (V, C): a row for each token.
    case tokenEmbedding
    /// (C): the last normalization.
    case outputNorm
    /// (V, C): from the last state to the logits; the token embedding where those are tied.
    case output
    /// (C): the normalization before attention.
    case attentionNorm
    /// (H*D, C).
    case query
    /// (K*D, C).
    case key
    /// (K*D, C).
    case value
    /// (C, H*D).
    case attentionOutput
    /// (C): the normalization before the feed-forward layer.
    case feedForwardNorm
    /// (F, C): its output goes through SiLU.
    case gate
    /// (F, C).
    case up
    /// (C, F).
    case down

    /// Whether every layer has one.
    public var isInEachLayer: Bool {
        switch self {
        case .tokenEmbedding, .outputNorm, .output: false
        case .attentionNorm, .query, .key, .value, .attentionOutput, .feedForwardNorm, .gate, .up,
            .down:
            true
        }
    }

    /// Whether it is a vector that scales a normalized state.
    public var isNorm: Bool {
        self == .outputNorm || self == .attentionNorm || self == .feedForwardNorm
    }

    /// The shape that `configuration` asks for.
    func shape(_ configuration: ModelConfiguration) -> [Int] {
        let width = configuration.width
        let vocabulary = configuration.vocabularySize
        let inner = configuration.feedForwardWidth
        let queryWidth = configuration.headCount * configuration.headWidth
        let keyWidth = configuration.keyValueHeadCount * configuration.headWidth
        return switch self {
        case .tokenEmbedding, .output: [vocabulary, width]
        case .outputNorm, .attentionNorm, .feedForwardNorm: [width]
        case .query: [queryWidth, width]
        case .key, .value: [keyWidth, width]
        case .attentionOutput: [width, queryWidth]
        case .gate, .up: [inner, width]
        case .down: [width, inner]
        }
    }

    /// The tensor's name in a GGUF file.
    func ggufName(layer: Int) -> String {
        switch self {
        case .tokenEmbedding: "token_embd.weight"
        case .outputNorm: "output_norm.weight"
        case .output: "output.weight"
        case .attentionNorm: "blk.\(layer).attn_norm.weight"
        case .query: "blk.\(layer).attn_q.weight"
        case .key: "blk.\(layer).attn_k.weight"
        case .value: "blk.\(layer).attn_v.weight"
        case .attentionOutput: "blk.\(layer).attn_output.weight"
        case .feedForwardNorm: "blk.\(layer).ffn_norm.weight"
        case .gate: "blk.\(layer).ffn_gate.weight"
        case .up: "blk.\(layer).ffn_up.weight"
        case .down: "blk.\(layer).ffn_down.weight"
        }
    }
}
