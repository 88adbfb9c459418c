import ModelFiles
import Tensors
import Testing
import TestModels
import Transformer

/// Sequences that begin alike: the beginning is computed once, and nothing else changes.
@Suite struct SharedPrefixTests {
    /// Sequences of these lengths that share their first tokens, of which none is a target.
    static func batch(prefix: Int, lengths: [Int]) -> TokenBatch {
        let other = GradientTests.batch(lengths: lengths)
        var (tokens, isTarget) = (other.tokens, other.isTarget)
        let first = other.segments[0]
        for segment in other.segments {
            for i in 0..<prefix {
                tokens[segment.lowerBound + i] = tokens[first.lowerBound + i]
                isTarget[segment.lowerBound + i] = false
            }
            isTarget[segment.lowerBound + prefix] = false
        }
        return TokenBatch(tokens: tokens, segments: other.segments, isTarget: isTarget)
    }

    private static func alone(_ segment: Range<Int>, of batch: TokenBatch) -> TokenBatch {
        TokenBatch(
            tokens: Array(batch.tokens[segment]),
            segments: [0..<segment.count],
            isTarget: Array(batch.isTarget[segment])
        )
    }

    // MARK: - Pieces

    /// Writes a piece's sequences out again.
    private func written(_ piece: BatchPiece) -> [(tokens: [Int32], isTarget: [Bool])] {
        let (batch, prefix) = (piece.batch, piece.prefix)
        let rests = prefix > 0 ? batch.segments.dropFirst() : batch.segments[...]
        return rests.map { rest in
            (
                Array(batch.tokens[..<prefix] + batch.tokens[rest]),
                Array(batch.isTarget[..<prefix] + batch.isTarget[rest])
            )
        }
    }

    @Test(arguments: [
        (prefix: 7, lengths: [12, 9, 20, 15], limit: 64, attended: 128),
        (prefix: 7, lengths: [12, 9, 20, 15, 30, 8, 8], limit: 40, attended: 60),
        (prefix: 7, lengths: [30, 30, 30, 30], limit: 30, attended: 64),
        (prefix: 3, lengths: [12, 9, 20], limit: 64, attended: 64),
        (prefix: 0, lengths: [12, 9, 20], limit: 21, attended: 64),
        (prefix: 5, lengths: [50], limit: 20, attended: 20),
    ])
    func piecesHoldEverySequence(
        prefix: Int,
        lengths: [Int],
        limit: Int,
        attended: Int
    ) throws {
        let batch = Self.batch(prefix: prefix, lengths: lengths)
        let pieces = batch.pieces(atMost: limit, attended: attended, sharesPrefixes: true)
        let sequences = pieces.flatMap(written)
        #expect(sequences.map(\.tokens) == batch.segments.map { Array(batch.tokens[$0]) })
        #expect(sequences.map(\.isTarget) == batch.segments.map { Array(batch.isTarget[$0]) })
        var place = 0
        for piece in pieces {
            let members = written(piece)
            #expect(piece.firstRow == batch.segments[place].lowerBound)
            place += members.count
            if members.count > 1 {
                #expect(piece.batch.tokens.count <= limit)
                #expect(members.reduce(0) { $0 + $1.tokens.count } <= attended)
                #expect(piece.prefix == (prefix >= 4 ? prefix : 0))
            } else {
                #expect(piece.prefix == 0)
            }
        }
        let apart = batch.pieces(atMost: limit, attended: attended, sharesPrefixes: false)
        #expect(apart.allSatisfy { $0.prefix == 0 })
    }

    @Test func whatFollowsBeginsWithoutATarget() throws {
        // All alike to their ends, with targets from the eighth token on.
        let ids = (0..<12).map { Int32($0 + 10) }
        let isTarget = ids.indices.map { $0 >= 8 }
        let batch = TokenBatch(
            tokens: ids + ids,
            segments: [0..<12, 12..<24],
            isTarget: isTarget + isTarget
        )
        let pieces = batch.pieces(atMost: 24, attended: 24, sharesPrefixes: true)
        #expect(pieces.map(\.prefix) == [7])
        let unlearnt = TokenBatch(
            tokens: ids + ids,
            segments: [0..<12, 12..<24],
            isTarget: Array(repeating: false, count: 24)
        )
        let whole = unlearnt.pieces(atMost: 24, attended: 24, sharesPrefixes: true)
        #expect(whole.map(\.prefix) == [11], "one token of each stays")
    }

    // MARK: - Gradients

    private func withModel<Result>(
        isTrained: Bool,
        window: Int? = nil,
        type: TestWeightType = .f32,
        threads: Int = 2,
        _ body: (LanguageModel, LoRA?) throws -> Result
    ) throws -> Result {
        var tiny = TestModel()
        tiny.type = type
        tiny.slidingWindow = window
        return try tiny.withFile { path in
            let model = try LanguageModel(
                ModelFile.open(path: path),
                pool: WorkerPool(threads: threads),
                isTrained: isTrained
            )
            guard !isTrained else { return try body(model, nil) }
            let adapter = LoRA(model.configuration, shape: .init(rank: 3, alpha: 6), seed: 4)
            let random = CounterRandom(seed: 9, purpose: .sampling)
            for i in 0..<adapter.parameters.count where adapter.parameters.pointer[i] == 0 {
                adapter.parameters.pointer[i] =
                    Float(random.uniform(step: 0, index: i) - 0.5) * 0.2
            }
            return try body(model, adapter)
        }
    }

    private func gradients(
        _ model: LanguageModel,
        _ adapter: LoRA?,
        _ batch: TokenBatch,
        _ precision: Precision,
        recomputes: Bool = false
    ) throws -> (loss: Double, values: [Float]) {
        var configuration = TrainingPass.Configuration(
            tokenCapacity: 128,
            longestSequence: 32,
            shape: adapter?.shape,
            precision: precision
        )
        configuration.recomputes = recomputes
        let pass = TrainingPass(model, configuration)
        let trained = try #require(adapter?.parameters ?? model.parameters?.buffer)
        let buffer = FloatBuffer(count: trained.count)
        let loss = try pass.lossAndGradients(
            batch,
            adapter: adapter,
            gradients: buffer,
            targetCount: 1
        )
        #expect(abs(try pass.loss(batch, adapter: adapter) - loss) <= 1e-6 * abs(loss))
        return withExtendedLifetime(buffer) { (loss, Array(buffer.values)) }
    }

    /// The gradients of all together are the sum of those of each alone, where nothing is shared.
    @Test(
        arguments: [(false, nil), (false, 6), (true, nil)] as [(Bool, Int?)],
        Precision.allCases
    )
    func sharingChangesNothing(_ form: (isTrained: Bool, window: Int?), precision: Precision) throws
    {
        let batch = Self.batch(prefix: 11, lengths: [20, 14, 31, 13, 25])
        let pieces = batch.pieces(atMost: 128, attended: 128, sharesPrefixes: true)
        try #require(pieces.map(\.prefix) == [11])
        try withModel(isTrained: form.isTrained, window: form.window) { model, adapter in
            let (together, sum) = try gradients(model, adapter, batch, precision)
            var (apart, added) = (0.0, [Float](repeating: 0, count: sum.count))
            for segment in batch.segments {
                let alone = Self.alone(segment, of: batch)
                let (loss, values) = try gradients(model, adapter, alone, precision)
                apart += loss
                for i in added.indices { added[i] += values[i] }
            }
            let tolerance: Float = precision == .exact ? 2e-6 : 2e-2
            #expect(abs(together / apart - 1) < (precision == .exact ? 1e-6 : 1e-3))
            let largest = added.map(abs).max() ?? 0
            for (a, b) in zip(sum, added) { #expect(abs(a - b) <= tolerance * largest) }
        }
    }

    @Test(arguments: Precision.allCases)
    func bitsDependOnNothingElse(precision: Precision) throws {
        let batch = Self.batch(prefix: 11, lengths: [20, 14, 31, 13, 25])
        let reference = try withModel(isTrained: false, type: .q4_1, threads: 1) {
            try gradients($0, $1, batch, precision)
        }
        for threads in [2, 3, 16] {
            try withModel(isTrained: false, type: .q4_1, threads: threads) { model, adapter in
                let values = try gradients(model, adapter, batch, precision)
                #expect(values.loss == reference.loss && values.values == reference.values)
                let again = try gradients(model, adapter, batch, precision, recomputes: true)
                #expect(again.values == reference.values)
            }
        }
    }
}
