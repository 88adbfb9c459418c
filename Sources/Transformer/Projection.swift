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

    /// The length of the vectors that come out of its matrix.
    ///
    /// A matrix that computes several projections counts for the first of them; the others have 0.
    public func outputWidth(_ configuration: ModelConfiguration) -> Int {
        role(configuration)?.shape(configuration).first ?? 0
    }

    /// Whether the output goes into attention scores or values.
    var feedsAttention: Bool { self == .query || self == .key || self == .value }

    /// Its tensor in the model's file; nil if that belongs to another projection.
    func role(_ configuration: ModelConfiguration) -> TensorRole? {
        let traits = configuration.traits
        return switch self {
        case .query: traits.fusesAttention ? .queryKeyValue : .query
        case .key: traits.fusesAttention ? nil : .key
        case .value: traits.fusesAttention ? nil : .value
        case .output: .attentionOutput
        case .gate: traits.fusesFeedForward ? .gateUp : .gate
        case .up: traits.fusesFeedForward ? nil : .up
        case .down: .down
        }
    }

    /// The projections that a model has a matrix for.
    static func owned(by configuration: ModelConfiguration) -> [Projection] {
        allCases.filter { $0.role(configuration) != nil }
    }

    /// What PEFT calls the matrix.
    func module(_ configuration: ModelConfiguration) -> String {
        role(configuration)?.module(in: configuration.traits) ?? rawValue
    }

    /// The names that `named` knows: the seven, and those of fused matrices.
    public static let names =
        allCases.map(\.rawValue) + ["qkv_proj", "gate_up_proj", "input_linear", "output_linear"]

    /// The projections that the matrix of that name computes; none for an unknown name.
    public static func named(_ module: String) -> [Projection] {
        switch module {
        case "qkv_proj": [.query, .key, .value]
        case "gate_up_proj", "input_linear": [.gate, .up]
        case "output_linear": [.down]
        default: Projection(rawValue: module).map { [$0] } ?? []
        }
    }

    /// The projections that share a matrix, for each such matrix.
    package static func fused(in configuration: ModelConfiguration) -> [[Projection]] {
        (configuration.traits.fusesAttention ? [[.query, .key, .value]] : [])
            + (configuration.traits.fusesFeedForward ? [[.gate, .up]] : [])
    }

    /// How many heads the rows of `lora_B` belong to, if rotation pairs them up.
    func rotatedHeads(_ configuration: ModelConfiguration) -> Int? {
        guard !configuration.traits.fusesAttention else { return nil }
        return switch self {
        case .query: configuration.headCount
        case .key: configuration.keyValueHeadCount
        default: nil
        }
    }
}
