internal import CKernels

/// Gradient descent with momentum, as `torch.optim.SGD` computes it.
///
/// As there, the decay is added to the gradient; it is not decoupled.
public final class SGD: OptimizerRule {
    /// The bytes of state for each parameter.
    public static let bytesPerParameter = 4

    private let momentum: Double
    private let velocity: FloatBuffer

    /// Allocates the velocities of `parameterCount` numbers.
    public init(parameterCount: Int, momentum: Double = 0.9) {
        self.momentum = momentum
        velocity = FloatBuffer(count: parameterCount)
    }

    /// The velocities.
    public var state: [OptimizerState] {
        [OptimizerState(name: "velocity", numbers: .floats(velocity))]
    }

    /// Updates the parameters of one piece.
    public func step(_ step: OptimizerStep, of piece: OptimizerPiece) {
        let start = piece.range.lowerBound
        wb_sgd(
            step.parameters.pointer + start,
            velocity.pointer + start,
            step.gradients.pointer + start,
            step.gradientScale,
            step.learningRate * piece.rateFactor,
            momentum,
            piece.weightDecay,
            piece.range.count
        )
    }
}
