import Glibc
import Tensors
import Testing

/// The optimizers against their formulas in double.
@Suite struct OptimizerTests {
    private static let count = 600

    /// Three steps over two pieces, the second learning twice as fast and without decay.
    private func run(_ rule: some OptimizerRule, steps: Int = 3) -> [Float] {
        let parameters = FloatBuffer(numbers(Self.count))
        let first = OptimizerPiece(range: 0..<337, weightDecay: 0.1)
        let second = OptimizerPiece(
            range: 337..<Self.count,
            firstBlock: first.blockCount,
            rateFactor: 2
        )
        for number in 1...steps {
            let step = OptimizerStep(
                parameters: parameters,
                gradients: FloatBuffer(gradients(number)),
                number: number,
                learningRate: 0.01,
                gradientScale: 0.5
            )
            withExtendedLifetime(step.gradients) {
                for piece in [first, second] { rule.step(step, of: piece) }
            }
        }
        return withExtendedLifetime(parameters) { Array(parameters.values) }
    }

    private func gradients(_ step: Int) -> [Float] {
        numbers(Self.count, seed: UInt64(step + 10))
    }

    /// The same in double, where `update` gives a parameter's next value and keeps state in an array.
    private func twin(
        steps: Int = 3,
        _ update: (
            _ p: Double, _ g: Double, _ state: inout [Double], _ step: Double, _ rate: Double,
            _ decay: Double
        ) -> Double
    ) -> [Double] {
        numbers(Self.count).enumerated().map { i, start in
            var state = [0.0, 0.0]
            var p = Double(start)
            for step in 1...steps {
                let isFirst = i < 337
                p = update(
                    p,
                    Double(gradients(step)[i]) * 0.5,
                    &state,
                    Double(step),
                    isFirst ? 0.01 : 0.02,
                    isFirst ? 0.1 : 0
                )
            }
            return p
        }
    }

    private func adamw(
        _ p: Double,
        _ g: Double,
        _ state: inout [Double],
        _ step: Double,
        _ rate: Double,
        _ decay: Double
    ) -> Double {
        state[0] = 0.9 * state[0] + 0.1 * g
        state[1] = 0.999 * state[1] + 0.001 * g * g
        let (m, v) = (state[0] / (1 - pow(0.9, step)), state[1] / (1 - pow(0.999, step)))
        return p * (1 - rate * decay) - rate * m / (v.squareRoot() + 1e-8)
    }

    private func expectNear(_ values: [Float], _ twin: [Double], within bound: Double) {
        for (value, expected) in zip(values, twin) {
            #expect(abs(Double(value) - expected) <= bound)
        }
    }

    @Test func adamWAgrees() {
        expectNear(run(AdamW(parameterCount: Self.count)), twin(adamw), within: 1e-6)
    }

    @Test func descentWithMomentumAgrees() {
        let expected = twin { p, g, state, _, rate, decay in
            state[0] = 0.9 * state[0] + g + decay * p
            return p - rate * state[0]
        }
        expectNear(run(SGD(parameterCount: Self.count)), expected, within: 1e-6)
    }

    @Test func lionAgrees() {
        let expected = twin { p, g, state, _, rate, decay in
            let direction = 0.9 * state[0] + 0.1 * g
            state[0] = 0.99 * state[0] + 0.01 * g
            return p * (1 - rate * decay) - rate * (direction > 0 ? 1 : direction < 0 ? -1 : 0)
        }
        expectNear(run(Lion(parameterCount: Self.count)), expected, within: 1e-6)
    }

    /// Eight bits hold a moment to some percent of itself; a step is of about the rate's size.
    @Test func adamWInEightBitsStaysNear() {
        let blocks = 2 + 2
        let values = run(AdamW8Bit(parameterCount: Self.count, blockCount: blocks), steps: 20)
        let expected = twin(steps: 20, adamw)
        let moved = zip(expected, numbers(Self.count)).map { abs($0 - Double($1)) }
        let error = zip(values, expected).map { abs(Double($0) - $1) }
        #expect(error.reduce(0, +) <= 0.05 * moved.reduce(0, +))
        #expect(error.max()! <= 0.03)
    }

    /// A parameter whose gradient is tiny beside its block's others must not leap once its second
    /// moment rounds to nothing.
    @Test func aSmallSecondMomentIsNotLost() {
        let rule = AdamW8Bit(parameterCount: 256, blockCount: 1)
        let parameters = FloatBuffer(count: 256)
        let gradients = FloatBuffer(count: 256)
        for number in 1...30 {
            for i in 0..<256 { gradients.pointer[i] = i == 7 ? 1e-6 : 1 }
            if number > 15 { gradients.pointer[7] = 0 }
            rule.step(
                OptimizerStep(
                    parameters: parameters,
                    gradients: gradients,
                    number: number,
                    learningRate: 0.01
                ),
                of: OptimizerPiece(range: 0..<256)
            )
            #expect(abs(parameters.values[7]) <= 0.01 * Float(number))
        }
    }
}
