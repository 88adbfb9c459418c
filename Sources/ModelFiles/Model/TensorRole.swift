/// The role of a weight in a decoder of the Llama family.
public enum TensorRole: Sendable, CaseIterable {
    /// (V, C): a row for each token.
    case tokenEmbedding
    /// (C): the last normalization.
    case outputNorm
    /// (V, C): from the last state to the logits; the token embedding if those are tied.
    case output
    /// (C): the normalization before attention.
    case attentionNorm
    /// (H*D, C).
    case query
    /// (K*D, C).
    case key
    /// (K*D, C).
    case value
    /// ((H + 2K)*D, C): all three, combined in one matrix.
    case queryKeyValue
    /// (H*D): added to the queries.
    case queryBias
    /// (K*D).
    case keyBias
    /// (K*D).
    case valueBias
    /// (D): the normalization of each head's query.
    case queryNorm
    /// (D): the normalization of each head's key.
    case keyNorm
    /// (C, H*D).
    case attentionOutput
    /// (C): the normalization of attention's output.
    case attentionPostNorm
    /// (C): the normalization before the feed-forward layer.
    case feedForwardNorm
    /// (F, C): the activation is applied to its output.
    case gate
    /// (F, C).
    case up
    /// (2F, C): both, combined in one matrix.
    case gateUp
    /// (C, F).
    case down
    /// (C): the normalization of the feed-forward layer's output.
    case feedForwardPostNorm

    /// Whether every layer has one.
    public var isInEachLayer: Bool {
        switch self {
        case .tokenEmbedding, .outputNorm, .output: false
        default: true
        }
    }

    /// Whether it is a vector, which is stored as F32, instead of a matrix.
    public var isVector: Bool {
        switch self {
        case .queryBias, .keyBias, .valueBias: true
        default: isNorm
        }
    }

    /// Whether it is the weight of a normalization.
    package var isNorm: Bool {
        switch self {
        case .outputNorm, .attentionNorm, .attentionPostNorm, .feedForwardNorm,
            .feedForwardPostNorm, .queryNorm, .keyNorm:
            true
        default: false
        }
    }

    /// Whether a model with that configuration has it.
    package func isUsed(_ configuration: ModelConfiguration) -> Bool {
        switch self {
        case .output: !configuration.tiesEmbeddings
        default: isUsed(configuration.traits)
        }
    }

    /// Whether models of that architecture may have it.
    func isUsed(_ architecture: Architecture) -> Bool {
        switch self {
        case .queryBias, .keyBias, .valueBias: architecture.hasAttentionBiases
        case .queryNorm, .keyNorm: architecture.hasHeadNorms
        case .attentionPostNorm, .feedForwardPostNorm: architecture.hasPostNorms
        case .query, .key, .value: !architecture.fusesAttention
        case .queryKeyValue: architecture.fusesAttention
        case .gate, .up: !architecture.fusesFeedForward
        case .gateUp: architecture.fusesFeedForward
        default: true
        }
    }

    /// The shape for `configuration`.
    package func shape(_ configuration: ModelConfiguration) -> [Int] {
        let width = configuration.width
        let vocabulary = configuration.vocabularySize
        let inner = configuration.feedForwardWidth
        let queryWidth = configuration.headCount * configuration.headWidth
        let keyWidth = configuration.keyValueHeadCount * configuration.headWidth
        return switch self {
        case .tokenEmbedding, .output: [vocabulary, width]
        case .outputNorm, .attentionNorm, .attentionPostNorm, .feedForwardNorm,
            .feedForwardPostNorm:
            [width]
        case .query: [queryWidth, width]
        case .key, .value: [keyWidth, width]
        case .queryKeyValue: [queryWidth + 2 * keyWidth, width]
        case .queryBias: [queryWidth]
        case .keyBias, .valueBias: [keyWidth]
        case .queryNorm, .keyNorm: [configuration.headWidth]
        case .attentionOutput: [width, queryWidth]
        case .gate, .up: [inner, width]
        case .gateUp: [2 * inner, width]
        case .down: [width, inner]
        }
    }

    /// The tensor's name in a GGUF file.
    package func ggufName(layer: Int) -> String {
        switch self {
        case .tokenEmbedding: "token_embd.weight"
        case .outputNorm: "output_norm.weight"
        case .output: "output.weight"
        case .attentionNorm: "blk.\(layer).attn_norm.weight"
        case .query: "blk.\(layer).attn_q.weight"
        case .key: "blk.\(layer).attn_k.weight"
        case .value: "blk.\(layer).attn_v.weight"
        case .queryKeyValue: "blk.\(layer).attn_qkv.weight"
        case .queryBias: "blk.\(layer).attn_q.bias"
        case .keyBias: "blk.\(layer).attn_k.bias"
        case .valueBias: "blk.\(layer).attn_v.bias"
        case .queryNorm: "blk.\(layer).attn_q_norm.weight"
        case .keyNorm: "blk.\(layer).attn_k_norm.weight"
        case .attentionOutput: "blk.\(layer).attn_output.weight"
        case .attentionPostNorm: "blk.\(layer).post_attention_norm.weight"
        case .feedForwardPostNorm: "blk.\(layer).post_ffw_norm.weight"
        case .feedForwardNorm: "blk.\(layer).ffn_norm.weight"
        case .gate: "blk.\(layer).ffn_gate.weight"
        case .up, .gateUp: "blk.\(layer).ffn_up.weight"
        case .down: "blk.\(layer).ffn_down.weight"
        }
    }

    /// The tensor's name in a Hugging Face checkpoint.
    package func checkpointName(layer: Int, in architecture: Architecture) -> String {
        let place = "model.layers.\(layer)"
        if let name = architecture.checkpointNames[self] { return "\(place).\(name).weight" }
        return switch self {
        case .tokenEmbedding: "model.embed_tokens.weight"
        case .outputNorm: "model.norm.weight"
        case .output: "lm_head.weight"
        case .attentionNorm: "\(place).input_layernorm.weight"
        case .query: "\(place).self_attn.q_proj.weight"
        case .key: "\(place).self_attn.k_proj.weight"
        case .value: "\(place).self_attn.v_proj.weight"
        case .queryKeyValue: "\(place).self_attn.qkv_proj.weight"
        case .queryBias: "\(place).self_attn.q_proj.bias"
        case .keyBias: "\(place).self_attn.k_proj.bias"
        case .valueBias: "\(place).self_attn.v_proj.bias"
        case .queryNorm: "\(place).self_attn.q_norm.weight"
        case .keyNorm: "\(place).self_attn.k_norm.weight"
        case .attentionOutput: "\(place).self_attn.o_proj.weight"
        case .feedForwardNorm, .attentionPostNorm: "\(place).post_attention_layernorm.weight"
        case .feedForwardPostNorm: "\(place).post_feedforward_layernorm.weight"
        case .gate: "\(place).mlp.gate_proj.weight"
        case .up: "\(place).mlp.up_proj.weight"
        case .gateUp: "\(place).mlp.gate_up_proj.weight"
        case .down: "\(place).mlp.down_proj.weight"
        }
    }
}

extension TensorRole {
    /// The projections that an adapter can change, with PEFT's names, in canonical order.
    static let adaptable: [(module: String, role: TensorRole)] = [
        ("q_proj", .query), ("k_proj", .key), ("v_proj", .value), ("o_proj", .attentionOutput),
        ("gate_proj", .gate), ("up_proj", .up), ("down_proj", .down),
        ("qkv_proj", .queryKeyValue), ("gate_up_proj", .gateUp),
        ("input_linear", .gateUp), ("output_linear", .down),
    ]

    /// The projections among them that a model has.
    static func adaptable(
        in architecture: Architecture
    ) -> [(module: String, role: TensorRole)] {
        adaptable.filter { module, role in
            role.isUsed(architecture) && role.module(in: architecture) == module
        }
    }

    /// PEFT's name of the matrix: the last part of its name in a checkpoint.
    package func module(in architecture: Architecture) -> String {
        let parts = checkpointName(layer: 0, in: architecture).split(separator: ".")
        return String(parts.dropLast().last ?? "")
    }

    /// The fused matrix that contains this projection, and its rows there.
    ///
    /// Nil if the model has a separate matrix for it.
    func fused(in configuration: ModelConfiguration) -> (role: TensorRole, rows: Range<Int>)? {
        let queries = configuration.headCount * configuration.headWidth
        let keys = configuration.keyValueHeadCount * configuration.headWidth
        let inner = configuration.feedForwardWidth
        guard !isUsed(configuration.traits) else { return nil }
        return switch self {
        case .query: (.queryKeyValue, 0..<queries)
        case .key: (.queryKeyValue, queries..<queries + keys)
        case .value: (.queryKeyValue, queries + keys..<queries + 2 * keys)
        case .gate: (.gateUp, 0..<inner)
        case .up: (.gateUp, inner..<2 * inner)
        default: nil
        }
    }

    /// The number of heads of its rows, if rotation pairs rows of a head.
    package func rotatedHeads(_ configuration: ModelConfiguration) -> Int? {
        switch self {
        case .query: configuration.headCount
        case .key: configuration.keyValueHeadCount
        default: nil
        }
    }
}
