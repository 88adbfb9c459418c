internal import CKernels
internal import Glibc

/// The optimizer's constants.
public struct AdamW: Sendable, Codable, Equatable {
    /// The decay of the first moment.
    public var beta1: Double
    /// The decay of the second moment.
    public var beta2: Double
    /// Added to the root of the second moment.
    public var epsilon: Double
    /// The share of a parameter that a step at learning rate 1 takes away.
    public var weightDecay: Double

    /// PyTorch's defaults.
    public init(
        beta1: Double = 0.9,
        beta2: Double = 0.999,
        epsilon: Double = 1e-8,
        weightDecay: Double = 0.01
    ) {
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
    }

    /// Changes `parameters` by one step, as `torch.optim.AdamW` does.
    ///
    /// - Parameters:
    ///   - parameters: The trained numbers; the other buffers are as long.
    ///   - gradients: Their gradients, multiplied by `gradientScale` on the way.
    ///   - firstMoment: The running mean of the gradients.
    ///   - secondMoment: The running mean of their squares.
    ///   - step: The number of this step, from 1.
    ///   - learningRate: The step's size.
    ///   - gradientScale: Below 1 where the gradient is clipped.
    public func step(
        _ parameters: FloatBuffer,
        gradients: FloatBuffer,
        firstMoment: FloatBuffer,
        secondMoment: FloatBuffer,
        step: Int,
        learningRate: Double,
        gradientScale: Float = 1
    ) {
        precondition(step >= 1, "steps are counted from 1")
        precondition(
            gradients.count == parameters.count && firstMoment.count == parameters.count
                && secondMoment.count == parameters.count,
            "parameters, gradients and moments differ in length"
        )
        wb_adamw(
            parameters.pointer,
            firstMoment.pointer,
            secondMoment.pointer,
            gradients.pointer,
            gradientScale,
            learningRate,
            beta1,
            beta2,
            epsilon,
            weightDecay,
            1 - pow(beta1, Double(step)),
            1 - pow(beta2, Double(step)),
            parameters.count
        )
    }
}
