public import ModelFiles
public import Tensors

/// A low-rank adapter in memory (Hu et al., arXiv 2106.09685): each adapted
/// projection computes `W x + scale B A x`.
///
/// All parameters are in one buffer, layer after layer, projection after
/// projection, A before B, so that an optimizer sees one array. Rows of B for
/// queries and keys are in the model's own rotary order; files hold them in
/// Hugging Face's.
public final class LoRA: Sendable {
    /// The settings that decide the number of parameters.
    public struct Shape: Sendable, Equatable {
        /// The inner width R.
        public var rank: Int
        /// The numerator of the scale.
        public var alpha: Double
        /// The adapted projections of every layer; of those that share a matrix, all or none.
        public var targets: [Projection]
        /// Whether the scale divides by the root of the rank and not by the rank, as rsLoRA does
        /// (Kalajdzievski, arXiv 2312.03732).
        public var usesRankStabilization: Bool
        /// The adapted layers, ascending; nil for all.
        public var layers: [Int]?

        /// A shape; the order of `targets` does not matter.
        public init(
            rank: Int,
            alpha: Double,
            targets: [Projection] = Projection.allCases,
            usesRankStabilization: Bool = false,
            layers: [Int]? = nil
        ) {
            precondition(rank >= 1, "an adapter needs a rank of at least 1")
            self.rank = rank
            self.alpha = alpha
            self.targets = Projection.allCases.filter(targets.contains)
            self.usesRankStabilization = usesRankStabilization
            self.layers = layers.map { Set($0).sorted() }
        }

        /// What the product of the two matrices is multiplied by.
        public var scale: Double {
            alpha / (usesRankStabilization ? Double(rank).squareRoot() : Double(rank))
        }

        /// How many parameters an adapter of this shape has on such a model.
        public func parameterCount(_ configuration: ModelConfiguration) -> Int {
            (layers?.count ?? configuration.layerCount)
                * targets.filter(Projection.owned(by: configuration).contains).reduce(0) {
                    $0 + rank * ($1.inputWidth(configuration) + $1.outputWidth(configuration))
                }
        }
    }

    /// The places of one projection's two matrices in the buffer.
    struct Slot: Sendable {
        let a: Int  // (R, inputs)
        let b: Int  // (outputs, R)
        let inputs: Int
        let outputs: Int
    }

    /// Rank, alpha and the adapted projections.
    public let shape: Shape
    /// All trained numbers.
    public let parameters: FloatBuffer
    /// What the product of the two matrices is multiplied by.
    public let scale: Float

    let slots: [Slot?]  // (L * 7)
    /// What PEFT calls the matrices of a layer, by their places.
    let modules: [String]  // (7)

    /// How a fresh A is drawn; B is zero.
    public enum Initialization: String, Sendable, Codable, CaseIterable {
        /// Uniform within 1/√inputs, as PEFT's `init_lora_weights=True`.
        case uniform
        /// Normal with the deviation 1/R, as PEFT's `"gaussian"`.
        case gaussian
    }

    init(_ configuration: ModelConfiguration, shape: Shape) {
        self.shape = shape
        scale = Float(shape.scale)
        modules = Projection.allCases.map { $0.module(configuration) }
        let owned = Projection.owned(by: configuration)
        var next = 0
        slots = (0..<configuration.layerCount).flatMap { layer in
            let isAdapted = shape.layers?.contains(layer) ?? true
            return Projection.allCases.map { projection -> Slot? in
                guard isAdapted, shape.targets.contains(projection), owned.contains(projection)
                else { return nil }
                let inputs = projection.inputWidth(configuration)
                let outputs = projection.outputWidth(configuration)
                let slot = Slot(
                    a: next,
                    b: next + shape.rank * inputs,
                    inputs: inputs,
                    outputs: outputs
                )
                next += shape.rank * (inputs + outputs)
                return slot
            }
        }
        parameters = FloatBuffer(count: next)
    }

    /// A fresh adapter, which changes nothing yet.
    public convenience init(
        _ configuration: ModelConfiguration,
        shape: Shape,
        seed: UInt64,
        initialization: Initialization = .uniform
    ) {
        self.init(configuration, shape: shape)
        let random = CounterRandom(seed: seed, purpose: .adapterInitialization)
        for (index, slot) in slots.enumerated() {
            guard let slot else { continue }
            let bound = 1 / Double(slot.inputs).squareRoot()
            for i in 0..<shape.rank * slot.inputs {
                parameters.pointer[slot.a + i] =
                    switch initialization {
                    case .uniform:
                        Float((2 * random.uniform(step: index, index: i) - 1) * bound)
                    case .gaussian:
                        Float(random.normal(step: index, index: i) / Double(shape.rank))
                    }
            }
        }
    }

    func slot(_ layer: Int, _ projection: Projection) -> Slot? {
        slots[layer * Projection.allCases.count + projection.index]
    }
}

extension Projection {
    /// The place among all cases.
    var index: Int {
        switch self {
        case .query: 0
        case .key: 1
        case .value: 2
        case .output: 3
        case .gate: 4
        case .up: 5
        case .down: 6
        }
    }
}
