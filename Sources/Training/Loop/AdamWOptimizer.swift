import Tensors

/// AdamW and its state over one flat array of parameters, with clipping by the
/// gradient's global norm.
///
/// Loshchilov and Hutter, "Decoupled Weight Decay Regularization"; the numbers
/// are those of `torch.optim.AdamW` after `torch.nn.utils.clip_grad_norm_`.
struct AdamWOptimizer {
    /// The running mean of the gradients, laid out as the parameters are.
    let firstMoment: FloatBuffer
    /// The running mean of their squares.
    let secondMoment: FloatBuffer
    private let rule: AdamW
    private let maxGradientNorm: Double

    init(parameterCount: Int, configuration: TrainingConfiguration) {
        firstMoment = FloatBuffer(count: parameterCount)
        secondMoment = FloatBuffer(count: parameterCount)
        rule = AdamW(weightDecay: configuration.weightDecay)
        maxGradientNorm = configuration.maxGradientNorm
    }

    /// Changes the parameters by the step with this number, counted from 0.
    ///
    /// `gradientNorm` is that of `gradients`, before clipping.
    func apply(
        _ gradients: FloatBuffer,
        to parameters: FloatBuffer,
        gradientNorm: Double,
        step: Int,
        learningRate: Double
    ) {
        let clipping = maxGradientNorm > 0 ? min(1, maxGradientNorm / (gradientNorm + 1e-6)) : 1
        rule.step(
            parameters,
            gradients: gradients,
            firstMoment: firstMoment,
            secondMoment: secondMoment,
            step: step + 1,
            learningRate: learningRate,
            gradientScale: Float(clipping)
        )
    }

    /// The Euclidean norm, added in double and in an order that the length alone decides.
    static func norm(of gradients: FloatBuffer) -> Double {
        let values = UnsafeRawBufferPointer(gradients.values)
        let lanes = SIMD8<Double>.scalarCount
        let blocks = gradients.count / lanes
        var sums = SIMD8<Double>()
        for block in 0..<blocks {
            let narrow = values.load(
                fromByteOffset: block * MemoryLayout<SIMD8<Float>>.size,
                as: SIMD8<Float>.self
            )
            let wide = SIMD8<Double>(narrow)
            sums += wide * wide
        }
        for index in (blocks * lanes)..<gradients.count {
            sums[0] += Double(gradients.pointer[index]) * Double(gradients.pointer[index])
        }
        return sums.sum().squareRoot()
    }
}
