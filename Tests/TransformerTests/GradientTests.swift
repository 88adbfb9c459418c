import ModelFiles
import Tensors
import Testing
import TestModels
import Transformer

/// The hand-written backward pass against finite differences, on a tiny random model.
@Suite struct GradientTests {
    /// A batch of two sequences with some targets, and an adapter whose B is not zero.
    private func setUp<Result>(
        _ type: TestWeightType,
        threads: Int = 2,
        _ body: (LanguageModel, LoRA, TokenBatch) throws -> Result
    ) throws -> Result {
        var tiny = TestModel()
        tiny.type = type
        return try tiny.withFile { path in
            let model = try LanguageModel(
                ModelFile.open(path: path),
                pool: WorkerPool(threads: threads)
            )
            let adapter = LoRA(model.configuration, shape: .init(rank: 3, alpha: 6), seed: 4)
            let random = CounterRandom(seed: 9, purpose: .sampling)
            withExtendedLifetime(adapter) {
                for i in 0..<adapter.parameters.count where adapter.parameters.pointer[i] == 0 {
                    adapter.parameters.pointer[i] =
                        Float(random.uniform(step: 0, index: i) - 0.5) * 0.2
                }
            }
            return try body(model, adapter, Self.batch(lengths: [9, 14]))
        }
    }

    static func batch(lengths: [Int]) -> TokenBatch {
        let random = CounterRandom(seed: 3, purpose: .sampling)
        var (tokens, segments, isTarget): ([Int32], [Range<Int>], [Bool]) = ([], [], [])
        for (step, length) in lengths.enumerated() {
            segments.append(tokens.count..<tokens.count + length)
            for t in 0..<length {
                tokens.append(Int32(random.integer(below: 200, step: step, index: t)))
                isTarget.append(t > 0 && t % 3 != 1)
            }
        }
        return TokenBatch(tokens: tokens, segments: segments, isTarget: isTarget)
    }

    private func gradients(
        _ model: LanguageModel,
        _ adapter: LoRA,
        _ batch: TokenBatch,
        dropout: Dropout? = nil,
        capacity: Int = 64,
        longestSequence: Int? = nil,
        precision: Precision = .exact,
        recomputes: Bool = false
    ) throws -> (loss: Double, values: [Float]) {
        var configuration = TrainingPass.Configuration(
            tokenCapacity: capacity,
            longestSequence: longestSequence,
            shape: adapter.shape,
            precision: precision
        )
        configuration.dropsInputs = dropout != nil
        configuration.recomputes = recomputes
        let pass = TrainingPass(model, configuration)
        let buffer = FloatBuffer(count: adapter.parameters.count)
        let loss = try pass.lossAndGradients(
            batch,
            adapter: adapter,
            gradients: buffer,
            targetCount: 1,
            dropout: dropout
        )
        return withExtendedLifetime(buffer) { (loss, Array(buffer.values)) }
    }

    @Test(arguments: [TestWeightType.f32, .q8_0, .q4_1])
    func gradientsAgreeWithFiniteDifferences(type: TestWeightType) throws {
        try setUp(type) { model, adapter, batch in
            let (loss, analytic) = try gradients(model, adapter, batch)
            let pass = TrainingPass(
                model,
                .init(tokenCapacity: 64, shape: adapter.shape, precision: .exact)
            )
            #expect(abs(try pass.loss(batch, adapter: adapter) - loss) < 1e-9)
            let p = adapter.parameters.pointer
            // Along random directions, in which single numbers' rounding drowns less.
            for direction in 0..<12 {
                let random = CounterRandom(seed: UInt64(direction), purpose: .shuffle)
                let d = analytic.indices.map { Float(random.uniform(step: 0, index: $0) - 0.5) }
                let saved = Array(adapter.parameters.values)
                let h: Float = 2e-3
                func lossAt(_ factor: Float) throws -> Double {
                    for i in saved.indices { p[i] = saved[i] + factor * h * d[i] }
                    return try pass.loss(batch, adapter: adapter)
                }
                // Four points: the error is of order h^4.
                let numeric =
                    (8 * (try lossAt(1) - lossAt(-1)) - (try lossAt(2) - lossAt(-2)))
                    / (12 * Double(h))
                for i in saved.indices { p[i] = saved[i] }
                let expected = zip(analytic, d).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
                #expect(abs(numeric - expected) <= 2e-3 * max(1, abs(expected)))
            }
        }
    }

    @Test func aFreshAdapterChangesNothingAndGetsNoGradientForA() throws {
        try setUp(.f32) { model, _, batch in
            let fresh = LoRA(model.configuration, shape: .init(rank: 3, alpha: 6), seed: 4)
            let pass = TrainingPass(
                model,
                .init(tokenCapacity: 64, shape: fresh.shape, precision: .exact)
            )
            #expect(try pass.loss(batch, adapter: fresh) == pass.loss(batch, adapter: nil))
            let buffer = FloatBuffer(count: fresh.parameters.count)
            _ = try pass.lossAndGradients(batch, adapter: fresh, gradients: buffer, targetCount: 1)
            let file = try fresh.adapterFile(of: buffer, for: model)
            for tensor in file.tensors.values where tensor.name.contains("lora_A") {
                #expect(tensor.values.allSatisfy { $0 == 0 })
            }
        }
    }

    @Test func oneSequenceMoreChangesNothingForTheOthers() throws {
        try setUp(.f32) { model, adapter, batch in
            let (together, sum) = try gradients(model, adapter, batch)
            var (apart, added) = (0.0, [Float](repeating: 0, count: sum.count))
            for segment in batch.segments {
                let alone = TokenBatch(
                    tokens: Array(batch.tokens[segment]),
                    segments: [0..<segment.count],
                    isTarget: Array(batch.isTarget[segment])
                )
                let (loss, values) = try gradients(model, adapter, alone)
                apart += loss
                for i in added.indices { added[i] += values[i] }
            }
            #expect(abs(together - apart) < 1e-4)
            for (a, b) in zip(sum, added) { #expect(abs(a - b) <= 1e-4) }
        }
    }

    @Test(arguments: [1, 3, 64])
    func bitsDoNotDependOnTheNumberOfThreads(threads: Int) throws {
        let batch = Self.batch(lengths: [70, 33, 2])
        let one = try setUp(.q4_1, threads: 1) { model, adapter, _ in
            try gradients(model, adapter, batch, capacity: 128)
        }
        let many = try setUp(.q4_1, threads: threads) { model, adapter, _ in
            try gradients(model, adapter, batch, capacity: 128)
        }
        #expect(one.loss == many.loss)
        #expect(one.values == many.values)
    }

    @Test func gradientsUnderDropoutAgreeWithFiniteDifferences() throws {
        try setUp(.f32) { model, adapter, batch in
            let dropout = Dropout(rate: 0.3, seed: 8, step: 2, microbatch: 1)
            let (loss, analytic) = try gradients(model, adapter, batch, dropout: dropout)
            let without = try gradients(model, adapter, batch)
            #expect(abs(loss - without.loss) > 1e-4, "dropout has to change the loss")
            let p = adapter.parameters.pointer
            let h: Float = 5e-3
            for i in stride(from: 5, to: analytic.count, by: analytic.count / 9) {
                let saved = p[i]
                p[i] = saved + h
                let high = try gradients(model, adapter, batch, dropout: dropout).loss
                p[i] = saved - h
                let low = try gradients(model, adapter, batch, dropout: dropout).loss
                p[i] = saved
                let numeric = (high - low) / (2 * Double(h))
                #expect(abs(numeric - Double(analytic[i])) <= 2e-2 * max(0.1, abs(numeric)))
            }
        }
    }

    @Test func aSavedAdapterComesBackBitByBit() throws {
        try setUp(.q8_0) { model, adapter, _ in
            let file = try adapter.adapterFile(for: model, baseModel: "tiny")
            let again = try LoRA(file, for: model)
            withExtendedLifetime((adapter, again)) {
                #expect(Array(again.parameters.values) == Array(adapter.parameters.values))
            }
            #expect(again.scale == adapter.scale)
        }
    }

    @Test func cancellingEndsAStep() throws {
        try setUp(.f32) { model, adapter, batch in
            let pass = TrainingPass(
                model,
                .init(tokenCapacity: 64, shape: adapter.shape, precision: .exact)
            )
            let buffer = FloatBuffer(count: adapter.parameters.count)
            var asked = 0
            #expect(throws: CancellationError.self) {
                try pass.lossAndGradients(
                    batch,
                    adapter: adapter,
                    gradients: buffer,
                    targetCount: 1
                ) {
                    asked += 1
                    return asked > 3
                }
            }
        }
    }

    @Test func aTokenOutsideTheVocabularyIsAnError() throws {
        try setUp(.f32) { model, adapter, _ in
            let pass = InferencePass(model, tokenCapacity: 4, contextLength: 8, precision: .exact)
            let cache = KeyValueCache(model.configuration, capacity: 8, precision: .exact)
            #expect(throws: TransformerError.self) {
                try pass.logits([1, 99999], cache: cache, adapter: adapter)
            }
            #expect(cache.count == 0)
        }
    }

    @Test(arguments: [TestWeightType.f32, .q8_0, .q4_1, .q4_0, .f16])
    func fastGradientsAreNearTheExactOnes(type: TestWeightType) throws {
        try setUp(type) { model, adapter, batch in
            for dropout in [nil, Dropout(rate: 0.3, seed: 8, step: 2, microbatch: 1)] {
                let exact = try gradients(model, adapter, batch, dropout: dropout)
                let fast = try gradients(model, adapter, batch, dropout: dropout, precision: .fast)
                #expect(abs(fast.loss / exact.loss - 1) < 5e-3)
                let squares = zip(fast.values, exact.values).reduce(into: (0.0, 0.0)) {
                    let difference = Double($1.0 - $1.1)
                    $0.0 += difference * difference
                    $0.1 += Double($1.1) * Double($1.1)
                }
                #expect((squares.0 / squares.1).squareRoot() < 3e-2)
            }
        }
    }

    @Test(arguments: [1, 2, 3, 64])
    func fastGradientsDoNotDependOnThreads(threads: Int) throws {
        let batch = Self.batch(lengths: [70, 33, 9])
        let one = try setUp(.q4_1, threads: 1) { model, adapter, _ in
            try gradients(model, adapter, batch, capacity: 128, precision: .fast)
        }
        let many = try setUp(.q4_1, threads: threads) { model, adapter, _ in
            try gradients(model, adapter, batch, capacity: 128, precision: .fast)
        }
        #expect(one.loss == many.loss)
        #expect(one.values == many.values)
    }

    /// A piece with one target is computed as a short matrix, whoever decodes meanwhile.
    @Test func bitsDoNotDependOnWhetherSomebodyChats() throws {
        try setUp(.q8_0) { model, adapter, _ in
            let batch = TokenBatch(
                tokens: [5, 9, 100],
                segments: [0..<3],
                isTarget: [false, false, true]
            )
            let alone = try gradients(model, adapter, batch, precision: .fast)
            let chat = InferencePass(
                model,
                tokenCapacity: 1,
                contextLength: 8,
                precision: .fast,
                decodes: true
            )
            let beside = try withExtendedLifetime(chat) {
                try gradients(model, adapter, batch, precision: .fast)
            }
            #expect(alone.loss == beside.loss)
            #expect(alone.values == beside.values)
        }
    }

    @Test(arguments: Precision.allCases)
    func recomputingLayersChangesNoBit(precision: Precision) throws {
        try setUp(.q8_0) { model, adapter, batch in
            let dropout = Dropout(rate: 0.2, seed: 8, step: 2, microbatch: 0)
            let kept = try gradients(
                model,
                adapter,
                batch,
                dropout: dropout,
                precision: precision
            )
            let again = try gradients(
                model,
                adapter,
                batch,
                dropout: dropout,
                precision: precision,
                recomputes: true
            )
            #expect(kept.loss == again.loss)
            #expect(kept.values == again.values)
        }
    }

    @Test func aLargeBatchInPiecesIsTheSumOfItsSequences() throws {
        // More than one piece of 512 tokens.
        let batch = Self.batch(lengths: [200, 200, 150, 90, 120])
        try setUp(.f32) { model, adapter, _ in
            let pieces = try gradients(
                model,
                adapter,
                batch,
                capacity: 800,
                longestSequence: 200
            )
            let whole = try gradients(model, adapter, batch, capacity: 800)
            #expect(abs(pieces.loss / whole.loss - 1) < 1e-6)
            let largest = whole.values.map(abs).max() ?? 0
            for (a, b) in zip(pieces.values, whole.values) {
                #expect(abs(a - b) <= 1e-4 * largest)
            }
        }
    }
}
