internal import Glibc

/// The matrices that an adapter changes, their rank and their scale.
///
/// PEFT stores these settings in `adapter_config.json`.
public struct AdapterConfiguration: Sendable, Equatable {
    /// The projections that a LoRA can change, by PEFT's names, in canonical order.
    public static let supportedModules = Array(knownModules.prefix(7))
    /// The same, and those of models in which one matrix combines several of them.
    static let knownModules = TensorRole.adaptable.map(\.module)

    /// R: the rank of every change.
    public var rank: Int
    /// The numerator of the scale.
    public var alpha: Double
    /// The dropout of training.
    public var dropout: Double
    /// The projections that are changed, in canonical order.
    public var targetModules: [String]
    /// The model that was adapted, as a Hugging Face repository or path; nil if unknown.
    public var baseModelName: String?
    /// Whether the scale divides by the root of the rank (rsLoRA) and not by the rank.
    public var usesRankStabilization: Bool

    /// The layers that are changed, ascending (`layers_to_transform`); nil for all.
    public var layers: [Int]?

    /// The factor of the product B A.
    public var scale: Double {
        alpha / (usesRankStabilization ? Double(rank).squareRoot() : Double(rank))
    }

    /// Creates a configuration with a positive rank for some of those modules.
    public init(
        rank: Int,
        alpha: Double,
        dropout: Double = 0,
        targetModules: [String] = supportedModules,
        baseModelName: String? = nil,
        usesRankStabilization: Bool = false,
        layers: [Int]? = nil
    ) {
        precondition(rank > 0, "an adapter cannot have rank \(rank)")
        let unknown = targetModules.filter { !Self.knownModules.contains($0) }
        precondition(unknown.isEmpty, "an adapter cannot change \(unknown)")
        self.rank = rank
        self.alpha = alpha
        self.dropout = dropout
        self.targetModules = Self.knownModules.filter(targetModules.contains)
        self.baseModelName = baseModelName
        self.usesRankStabilization = usesRankStabilization
        self.layers = layers
    }
}
