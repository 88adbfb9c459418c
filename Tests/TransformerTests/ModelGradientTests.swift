import ModelFiles
import Tensors
import Testing
import TestModels
import Transformer

/// Training all of a model's own numbers: the backward pass against finite differences.
@Suite struct ModelGradientTests {
    private func gradients(
        _ model: LanguageModel,
        _ batch: TokenBatch,
        precision: Precision = .exact,
        recomputes: Bool = false,
        tokenCapacity: Int? = nil,
        longestSequence: Int? = nil
    ) throws -> (loss: Double, values: [Float]) {
        var configuration = TrainingPass.Configuration(
            tokenCapacity: tokenCapacity ?? batch.tokens.count,
            longestSequence: longestSequence,
            shape: nil,
            precision: precision
        )
        configuration.recomputes = recomputes
        let pass = TrainingPass(model, configuration)
        let parameters = try #require(model.parameters)
        let buffer = FloatBuffer(count: parameters.buffer.count)
        let loss = try pass.lossAndGradients(
            batch,
            adapter: nil,
            gradients: buffer,
            targetCount: 1
        )
        return withExtendedLifetime(buffer) { (loss, Array(buffer.values)) }
    }

    private func withModel<Result>(
        tied: Bool = true,
        threads: Int = 2,
        _ body: (LanguageModel) throws -> Result
    ) throws -> Result {
        var tiny = TestModel()
        tiny.tiesEmbeddings = tied
        return try tiny.withFile { path in
            try body(
                LanguageModel(
                    ModelFile.open(path: path),
                    pool: WorkerPool(threads: threads),
                    isTrained: true
                )
            )
        }
    }

    /// Tensor after tensor, along random directions, in which rounding drowns less.
    @Test(arguments: [true, false])
    func gradientsAgreeWithFiniteDifferences(tied: Bool) throws {
        let batch = GradientTests.batch(lengths: [9, 14])
        try withModel(tied: tied) { model in
            let (_, analytic) = try gradients(model, batch)
            let parameters = try #require(model.parameters)
            let pass = TrainingPass(
                model,
                .init(tokenCapacity: 64, shape: nil, precision: .exact)
            )
            let p = parameters.buffer.pointer
            for (number, slot) in parameters.slots.enumerated() {
                let random = CounterRandom(seed: UInt64(number), purpose: .shuffle)
                let d = slot.range.map { Float(random.uniform(step: 0, index: $0) - 0.5) }
                let saved = Array(parameters.buffer.values[slot.range])
                let h: Float = 2e-3
                func lossAt(_ factor: Float) throws -> Double {
                    for (i, place) in slot.range.enumerated() {
                        p[place] = saved[i] + factor * h * d[i]
                    }
                    return try pass.loss(batch, adapter: nil)
                }
                let numeric =
                    (8 * (try lossAt(1) - lossAt(-1)) - (try lossAt(2) - lossAt(-2)))
                    / (12 * Double(h))
                for (i, place) in slot.range.enumerated() { p[place] = saved[i] }
                let expected = zip(analytic[slot.range], d).reduce(0.0) {
                    $0 + Double($1.0) * Double($1.1)
                }
                #expect(
                    abs(numeric - expected) <= 3e-3 * max(1, abs(expected)),
                    "\(slot.role) of layer \(slot.layer): \(numeric) and \(expected)"
                )
            }
        }
    }

    @Test(arguments: Precision.allCases, [1, 3, 64])
    func bitsDoNotDependOnTheNumberOfThreads(precision: Precision, threads: Int) throws {
        let batch = GradientTests.batch(lengths: [70, 33, 2])
        let one = try withModel(threads: 1) { try gradients($0, batch, precision: precision) }
        let many = try withModel(threads: threads) {
            try gradients($0, batch, precision: precision)
        }
        #expect(one.loss == many.loss)
        #expect(one.values == many.values)
    }

    @Test(arguments: Precision.allCases)
    func recomputingLayersChangesNoBit(precision: Precision) throws {
        let batch = GradientTests.batch(lengths: [21, 12])
        try withModel(tied: false) { model in
            let kept = try gradients(model, batch, precision: precision)
            let again = try gradients(model, batch, precision: precision, recomputes: true)
            #expect(kept.loss == again.loss)
            #expect(kept.values == again.values)
        }
    }

    /// Gradients by columns are padded to pairs of tokens.
    ///
    /// Without room for that, the last columns would be lost to the
    /// buffer behind them.
    @Test(arguments: Precision.allCases, [[64, 31], [7]])
    func anOddNumberOfTokensFillsAPass(precision: Precision, lengths: [Int]) throws {
        let batch = GradientTests.batch(lengths: lengths)
        try withModel(tied: false) { model in
            let full = try gradients(model, batch, precision: precision)
            let roomy = try gradients(model, batch, precision: precision, tokenCapacity: 128)
            #expect(full.loss == roomy.loss)
            #expect(full.values == roomy.values)
        }
    }

    @Test func fastGradientsAreNearTheExactOnes() throws {
        let batch = GradientTests.batch(lengths: [64, 31])
        try withModel { model in
            let exact = try gradients(model, batch)
            let fast = try gradients(model, batch, precision: .fast)
            let size = exact.values.reduce(0.0) { $0 + Double($1) * Double($1) }
            let error = zip(exact.values, fast.values).reduce(0.0) {
                $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
            }
            #expect((error / size).squareRoot() <= 2e-2)
        }
    }
}
