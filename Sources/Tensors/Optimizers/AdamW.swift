internal import CKernels
internal import Glibc

/// Adam with decoupled weight decay, as `torch.optim.AdamW` computes it.
///
/// Source: Loshchilov and Hutter, arXiv 1711.05101.
public final class AdamW: OptimizerRule {
    /// The optimizer's constants.
    public struct Constants: Sendable, Codable, Equatable {
        /// The decay of the first moment.
        public var beta1 = 0.9
        /// The decay of the second moment.
        public var beta2 = 0.999
        /// Added to the root of the second moment.
        public var epsilon = 1e-8

        /// PyTorch's defaults.
        public init() {}

        /// 1 - β1ᵗ and 1 - β2ᵗ.
        func corrections(step: Int) -> (Double, Double) {
            (1 - pow(beta1, Double(step)), 1 - pow(beta2, Double(step)))
        }
    }

    /// The bytes of state for each parameter.
    public static let bytesPerParameter = 8

    private let constants: Constants
    private let firstMoment: FloatBuffer
    private let secondMoment: FloatBuffer

    /// Allocates the moments of `parameterCount` numbers.
    public init(parameterCount: Int, constants: Constants = Constants()) {
        self.constants = constants
        firstMoment = FloatBuffer(count: parameterCount)
        secondMoment = FloatBuffer(count: parameterCount)
    }

    /// The two moments.
    public var state: [OptimizerState] {
        [
            OptimizerState(name: "first_moment", numbers: .floats(firstMoment)),
            OptimizerState(name: "second_moment", numbers: .floats(secondMoment)),
        ]
    }

    /// Updates the parameters of one piece.
    public func step(_ step: OptimizerStep, of piece: OptimizerPiece) {
        let start = piece.range.lowerBound
        let corrections = constants.corrections(step: step.number)
        wb_adamw(
            step.parameters.pointer + start,
            firstMoment.pointer + start,
            secondMoment.pointer + start,
            step.gradients.pointer + start,
            step.gradientScale,
            step.learningRate * piece.rateFactor,
            constants.beta1,
            constants.beta2,
            constants.epsilon,
            piece.weightDecay,
            corrections.0,
            corrections.1,
            piece.range.count
        )
    }
}
