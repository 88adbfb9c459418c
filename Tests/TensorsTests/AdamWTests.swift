import Glibc
import Tensors
import Testing

@Suite struct AdamWTests {
    @Test func threeStepsAgreeWithTheFormulaInDouble() {
        let count = 37
        let optimizer = AdamW(weightDecay: 0.1)
        let parameters = FloatBuffer(count: count)
        let (m, v, gradients) = (
            FloatBuffer(count: count), FloatBuffer(count: count), FloatBuffer(count: count)
        )
        for (i, value) in numbers(count).enumerated() { parameters.pointer[i] = value }
        var p = parameters.values.map(Double.init)
        var (first, second) = (
            [Double](repeating: 0, count: count), [Double](repeating: 0, count: count)
        )
        for step in 1...3 {
            let g = numbers(count, seed: UInt64(step + 10))
            for i in 0..<count { gradients.pointer[i] = g[i] }
            optimizer.step(
                parameters,
                gradients: gradients,
                firstMoment: m,
                secondMoment: v,
                step: step,
                learningRate: 0.01,
                gradientScale: 0.5
            )
            for i in 0..<count {
                let gradient = Double(g[i]) * 0.5
                p[i] *= 1 - 0.01 * 0.1
                first[i] = 0.9 * first[i] + 0.1 * gradient
                second[i] = 0.999 * second[i] + 0.001 * gradient * gradient
                let (c1, c2) = (1 - pow(0.9, Double(step)), 1 - pow(0.999, Double(step)))
                p[i] -= 0.01 * (first[i] / c1) / ((second[i] / c2).squareRoot() + 1e-8)
            }
        }
        for i in 0..<count { #expect(abs(Double(parameters.pointer[i]) - p[i]) <= 1e-6) }
    }
}
