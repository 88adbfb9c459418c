public import ModelFiles

/// The seven matrices of a layer that an adapter may change, under PEFT's names.
public enum Projection: String, CaseIterable, Codable, Sendable {
    /// From the layer's input to the queries.
    case query = "q_proj"
    /// From the layer's input to the keys.
    case key = "k_proj"
    /// From the layer's input to the values.
    case value = "v_proj"
    /// From the attention's output back to the model's width.
    case output = "o_proj"
    /// The gated half of the feed-forward network.
    case gate = "gate_proj"
    /// The other half.
    case up = "up_proj"
    /// From the feed-forward width back to the model's.
    case down = "down_proj"

    /// The length of the vectors that go in.
    public func inputWidth(_ configuration: ModelConfiguration) -> Int {
        switch self {
        case .query, .key, .value, .gate, .up: configuration.width
        case .output: configuration.headCount * configuration.headWidth
        case .down: configuration.feedForwardWidth
        }
    }

    /// The length of the vectors that come out.
    public func outputWidth(_ configuration: ModelConfiguration) -> Int {
        switch self {
        case .query: configuration.headCount * configuration.headWidth
        case .key, .value: configuration.keyValueHeadCount * configuration.headWidth
        case .output, .down: configuration.width
        case .gate, .up: configuration.feedForwardWidth
        }
    }

    /// Whether the output goes into attention scores or values.
    var feedsAttention: Bool { self == .query || self == .key || self == .value }

    var role: TensorRole {
        switch self {
        case .query: .query
        case .key: .key
        case .value: .value
        case .output: .attentionOutput
        case .gate: .gate
        case .up: .up
        case .down: .down
        }
    }

    /// How many heads the rows of `lora_B` belong to, if rotation pairs them up.
    func rotatedHeads(_ configuration: ModelConfiguration) -> Int? {
        switch self {
        case .query: configuration.headCount
        case .key: configuration.keyValueHeadCount
        default: nil
        }
    }
}
