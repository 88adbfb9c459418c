internal import CKernels

/// Steps by the sign of a running mean: half the memory of AdamW.
///
/// Its authors advise a learning rate three to ten times smaller than AdamW's and a decay as much
/// larger. Source: Chen et al., "Symbolic Discovery of Optimization Algorithms", arXiv 2302.06675.
public final class Lion: OptimizerRule {
    /// The bytes of state for each parameter.
    public static let bytesPerParameter = 4

    private let beta1: Double
    private let beta2: Double
    private let moment: FloatBuffer

    /// Allocates the means of `parameterCount` numbers.
    public init(parameterCount: Int, beta1: Double = 0.9, beta2: Double = 0.99) {
        self.beta1 = beta1
        self.beta2 = beta2
        moment = FloatBuffer(count: parameterCount)
    }

    /// The running means.
    public var state: [OptimizerState] {
        [OptimizerState(name: "moment", numbers: .floats(moment))]
    }

    /// Updates the parameters of one piece.
    public func step(_ step: OptimizerStep, of piece: OptimizerPiece) {
        let start = piece.range.lowerBound
        wb_lion(
            step.parameters.pointer + start,
            moment.pointer + start,
            step.gradients.pointer + start,
            step.gradientScale,
            step.learningRate * piece.rateFactor,
            beta1,
            beta2,
            piece.weightDecay,
            piece.range.count
        )
    }
}
