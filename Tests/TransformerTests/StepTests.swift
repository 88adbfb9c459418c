import FoundationEssentials
import ModelFiles
import Platform
import Tensors
import Testing
import Transformer

/// Several conversations in one step, and their keys and values in blocks of a pool.
@Suite struct StepTests {
    private static func model(_ name: String = "qwen3") throws -> LanguageModel {
        try LanguageModel(ModelFile.open(path: fixture("tiny/\(name)").path))
    }

    private static func tokens(_ count: Int, seed: Int) -> [Int32] {
        (0..<count).map { Int32(($0 * 37 + seed * 101 + $0 * $0 * 7) % 500 + 5) }
    }

    /// An adapter that changes what a model computes.
    private static func adapter(_ model: LanguageModel, seed: UInt64) -> LoRA {
        let adapter = LoRA(model.configuration, shape: .init(rank: 4, alpha: 8), seed: seed)
        for i in 0..<adapter.parameters.count where adapter.parameters.pointer[i] == 0 {
            adapter.parameters.pointer[i] = Float((i * 31 + Int(seed)) % 17 - 8) * 0.01
        }
        return adapter
    }

    private static func pass(_ model: LanguageModel, _ precision: Precision) -> InferencePass {
        InferencePass(
            model,
            tokenCapacity: 160,
            contextLength: 200,
            rank: 4,
            precision: precision,
            decodes: true
        )
    }

    private static func difference(
        _ a: some Collection<Float>,
        _ b: some Collection<Float>
    ) -> Float {
        zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
    }

    /// A prompt's piece, a scored text and two next tokens, with two adapters and without one.
    @Test(arguments: ["qwen3", "phi4", "gemma2"], [Precision.exact, .fast])
    func aStepOfManyGivesWhatEachGivesAlone(name: String, precision: Precision) throws {
        let model = try Self.model(name)
        let pass = Self.pass(model, precision)
        let (first, second) = (Self.adapter(model, seed: 1), Self.adapter(model, seed: 2))
        let pool = KVBlockPool(model.configuration, blockCount: 24, precision: precision)
        let how: [(read: Int, new: Int, adapter: LoRA?, logits: StepPart.Wanted)] = [
            (40, 1, first, .last), (33, 1, first, .last), (0, 9, nil, .none), (5, 6, second, .all),
            (70, 1, nil, .all), (0, 4, nil, .last), (2, 1, second, .last),
        ]
        var (parts, alone): ([StepPart], [[Float]]) = ([], [])
        for (index, one) in how.enumerated() {
            let ids = Self.tokens(one.read + one.new, seed: index)
            var part = StepPart(
                tokens: Array(ids.dropFirst(one.read)),
                cache: KeyValueCache(in: pool, capacity: 200),
                adapter: one.adapter,
                logits: one.logits
            )
            let reference = KeyValueCache(model.configuration, capacity: 200, precision: precision)
            for cache in [part.cache, reference] where one.read > 0 {
                _ = try pass.logits(ids.prefix(one.read), cache: cache, adapter: one.adapter)
            }
            parts.append(part)
            part.cache = reference
            let logits = try pass.step([part])
            alone.append(withExtendedLifetime(logits) { Array(logits.values) })
        }
        let together = try pass.step(parts)
        let V = model.configuration.vocabularySize
        #expect(together.rows.map(\.count) == [1, 1, 0, 6, 1, 1, 1])
        withExtendedLifetime(together) {
            for (rows, expected) in zip(together.rows, alone) where !rows.isEmpty {
                let found = together.values[rows.lowerBound * V..<rows.upperBound * V]
                #expect(Array(found) == expected, "bits must not depend on the others")
            }
        }
        #expect(parts.map(\.cache.count) == [41, 34, 9, 11, 71, 4, 3])
    }

    /// Conversations that are decoded together, more than are multiplied at once and with long and short
    /// contexts, give token by token what each gives alone.
    @Test(arguments: ["qwen3", "gemma2"])
    func manyConversationsAnswerAsEachAlone(name: String) throws {
        let model = try Self.model(name)
        let pass = Self.pass(model, .fast)
        let adapter = Self.adapter(model, seed: 3)
        let pool = KVBlockPool(model.configuration, blockCount: 120, precision: .fast)
        func greedy(_ logits: some Collection<Float>) -> Int32 {
            Int32(logits.enumerated().max { $0.element < $1.element }?.offset ?? 0)
        }
        let V = model.configuration.vocabularySize
        let count = 37
        let prompts = (0..<count).map { Self.tokens(3 + $0 * 7 % 90, seed: $0) }
        let adapters = (0..<count).map { $0 % 5 == 0 ? adapter : nil }
        let alone = try (0..<count).map { index in
            let cache = KeyValueCache(model.configuration, capacity: 200, precision: .fast)
            var logits = try pass.logits(prompts[index], cache: cache, adapter: adapters[index])
            return try (0..<4).map { _ in
                let next = greedy(logits)
                logits = try pass.logits([next], cache: cache, adapter: adapters[index])
                return (next, Array(logits))
            }
        }
        let caches = (0..<count).map { _ in KeyValueCache(in: pool, capacity: 200) }
        for index in 0..<count {
            _ = try pass.logits(prompts[index], cache: caches[index], adapter: adapters[index])
        }
        for step in 0..<4 {
            let logits = try pass.step(
                (0..<count).map {
                    let token = alone[$0][step].0
                    return StepPart(
                        tokens: [token],
                        cache: caches[$0],
                        adapter: adapters[$0],
                        logits: .last
                    )
                }
            )
            withExtendedLifetime(logits) {
                for index in 0..<count {
                    let found = Array(logits.values[index * V..<(index + 1) * V])
                    #expect(found == alone[index][step].1, "conversation \(index), step \(step)")
                }
            }
        }
    }

    /// Where its blocks lie changes no bit of a conversation.
    @Test(arguments: [Precision.exact, .fast])
    func scatteredBlocksChangeNoBits(precision: Precision) throws {
        let model = try Self.model()
        let pass = Self.pass(model, precision)
        let pool = KVBlockPool(model.configuration, blockCount: 16, precision: precision)
        let (one, other) = (
            KeyValueCache(in: pool, capacity: 150), KeyValueCache(in: pool, capacity: 200)
        )
        let whole = KeyValueCache(model.configuration, capacity: 150, precision: precision)
        let ids = Self.tokens(150, seed: 4)
        // Each takes a block in turn, so that none has two in a row.
        for start in stride(from: 0, to: 140, by: 20) {
            let piece = ids[start..<start + 20]
            _ = try pass.logits(piece, cache: other, adapter: nil)
            let scattered = Array(try pass.logits(piece, cache: one, adapter: nil))
            #expect(scattered == Array(try pass.logits(piece, cache: whole, adapter: nil)))
        }
        for id in ids[140...] {
            let scattered = Array(try pass.logits([id], cache: one, adapter: nil))
            #expect(scattered == Array(try pass.logits([id], cache: whole, adapter: nil)))
        }
    }

    /// A conversation that begins as another one shares its full blocks and changes none.
    @Test func aSharedBeginningIsReadOnce() throws {
        let model = try Self.model()
        let pass = Self.pass(model, .exact)
        let pool = KVBlockPool(model.configuration, blockCount: 8, precision: .exact)
        let ids = Self.tokens(80, seed: 5)
        let first = KeyValueCache(in: pool, capacity: 200)
        let expected = Array(try pass.logits(ids, cache: first, adapter: nil))
        #expect(pool.freeBlockCount == 5)
        do {
            let second = try KeyValueCache(beginning: first, count: 70, capacity: 200)
            #expect(pool.freeBlockCount == 4, "two blocks are shared, a part of one is copied")
            let other = Self.tokens(10, seed: 6)
            let changed = Array(try pass.logits(other, cache: second, adapter: nil))
            #expect(changed != expected)
            second.truncate(to: 70)
            let again = try pass.logits(ids[70...], cache: second, adapter: nil)
            #expect(Self.difference(again, expected) <= 1e-5)
            first.truncate(to: 0)
            #expect(pool.freeBlockCount == 5, "shared blocks stay for the other")
        }
        #expect(pool.freeBlockCount == 8)
    }

    /// A conversation that is shortened into a shared block writes into a copy of it.
    @Test(arguments: [1, 31, 32, 33, 63, 64, 65])
    func aShortenedConversationLeavesSharedBlocksAlone(kept: Int) throws {
        let model = try Self.model()
        let pass = Self.pass(model, .exact)
        let pool = KVBlockPool(model.configuration, blockCount: 16, precision: .exact)
        let ids = Self.tokens(80, seed: 5)
        let first = KeyValueCache(in: pool, capacity: 200)
        _ = try pass.logits(ids, cache: first, adapter: nil)
        let second = try KeyValueCache(beginning: first, count: 80, capacity: 200)
        first.truncate(to: kept)
        let end = Self.tokens(20, seed: 6)
        for (cache, beginning) in [(first, ids.prefix(kept)), (second, ids[...])] {
            let alone = KeyValueCache(model.configuration, capacity: 200, precision: .exact)
            _ = try pass.logits(ids, cache: alone, adapter: nil)
            alone.truncate(to: beginning.count)
            let expected = Array(try pass.logits(end, cache: alone, adapter: nil))
            #expect(Array(try pass.logits(end, cache: cache, adapter: nil)) == expected)
        }
    }

    /// A pool without room refuses, and the conversation stays as it was.
    @Test func aFullPoolIsNamed() throws {
        let model = try Self.model()
        let pass = Self.pass(model, .exact)
        let pool = KVBlockPool(model.configuration, blockCount: 2, precision: .exact)
        let cache = KeyValueCache(in: pool, capacity: 200)
        _ = try pass.logits(Self.tokens(40, seed: 7), cache: cache, adapter: nil)
        let error = #expect(throws: TransformerError.self) {
            try pass.logits(Self.tokens(30, seed: 8), cache: cache, adapter: nil)
        }
        #expect(error?.code == .cacheFull)
        #expect(cache.count == 40)
    }
}
