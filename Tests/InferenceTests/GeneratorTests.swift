import Glibc
import Inference
import ModelFiles
import Platform
import Tensors
import Testing
import TestModels
import Tokenizers
import Transformer

@Suite struct GeneratorTests {
    private let folder: Folder
    private let model: LanguageModel

    /// Goes when its test does.
    private final class Folder: Sendable {
        let path: String
        init() throws { path = try TemporaryFolder.make() }
        deinit { TemporaryFolder.remove(path) }
    }

    init() throws {
        folder = try Folder()
        try TestModel().write(to: "\(folder.path)/tiny.gguf")
        model = try LanguageModel(
            ModelFile.open(path: "\(folder.path)/tiny.gguf")
        )
    }

    private let prompt: [Int32] = (0..<40).map { 3 + ($0 * 37) % 200 }

    private func adapter(seed: UInt64, rank: Int = 2) -> LoRA {
        let adapter = LoRA(
            model.configuration,
            shape: LoRA.Shape(rank: rank, alpha: 8),
            seed: seed
        )
        for index in adapter.parameters.values.indices where index % 3 == 0 {
            adapter.parameters.values[index] += 0.2
        }
        return adapter
    }

    private func fresh(
        _ prompt: [Int32],
        adapter: LoRA? = nil,
        maxTokens: Int = 12
    ) throws -> Generation {
        try Generator(model: model, adapter: adapter, precision: .exact)
            .generate(prompt: prompt, configuration: .greedy(maxTokens: maxTokens))
    }

    @Test func theTokensAreTheLikeliestOnesGivenAllBefore() throws {
        let answer = try fresh(prompt)
        let pass = InferencePass(model, tokenCapacity: 64, contextLength: 64, precision: .exact)
        var context = prompt
        for id in answer.ids {
            let cache = KeyValueCache(model.configuration, capacity: 64, precision: .exact)
            let logits = try pass.logits(context, cache: cache, adapter: nil)
            let best = logits.indices.max { logits[$0] < logits[$1] }
            #expect(best == Int(id))
            context.append(id)
        }
    }

    @Test func aFurtherTurnReadsOnlyWhatIsNewAndAnswersTheSame() throws {
        let generator = try Generator(model: model, precision: .exact)
        let first = try generator.generate(
            prompt: prompt,
            configuration: .greedy(maxTokens: 8)
        )
        #expect(first.reusedTokens == 0)
        let second = prompt + first.ids + [5, 6, 7]
        let answer = try generator.generate(
            prompt: second,
            configuration: .greedy(maxTokens: 8)
        )
        // The last token of an answer was drawn but not read.
        #expect(answer.reusedTokens == prompt.count + first.ids.count - 1)
        #expect(answer.ids == (try fresh(second, maxTokens: 8)).ids)
    }

    @Test func theSamePromptReadsOneTokenAgain() throws {
        let generator = try Generator(model: model, precision: .exact)
        let first = try generator.generate(prompt: prompt, configuration: .greedy(maxTokens: 8))
        let second = try generator.generate(prompt: prompt, configuration: .greedy(maxTokens: 8))
        #expect(second.reusedTokens == prompt.count - 1)
        #expect(second.ids == first.ids)
    }

    @Test func anotherPromptKeepsWhatBothBeginWith() throws {
        let generator = try Generator(model: model, precision: .exact)
        _ = try generator.generate(prompt: prompt, configuration: .greedy(maxTokens: 8))
        let other = prompt.prefix(20) + [200, 201, 202]
        let answer = try generator.generate(
            prompt: Array(other),
            configuration: .greedy(maxTokens: 8)
        )
        #expect(answer.reusedTokens == 20)
        #expect(answer.ids == (try fresh(Array(other), maxTokens: 8)).ids)
    }

    @Test func anotherAdapterReadsTheConversationAgain() throws {
        let generator = try Generator(model: model, precision: .exact)
        let base = try generator.generate(prompt: prompt, configuration: .greedy(maxTokens: 12))
        let adapter = adapter(seed: 1)
        generator.adapter = adapter
        let adapted = try generator.generate(
            prompt: prompt,
            configuration: .greedy(maxTokens: 12)
        )
        #expect(adapted.reusedTokens == 0)
        #expect(adapted.ids != base.ids)
        #expect(adapted.ids == (try fresh(prompt, adapter: adapter)).ids)
        generator.adapter = adapter
        let again = try generator.generate(prompt: prompt, configuration: .greedy(maxTokens: 12))
        #expect(again.reusedTokens == prompt.count - 1)
    }

    @Test func adaptersOfLargerAndSmallerRankFollowEachOther() throws {
        let generator = try Generator(
            model: model,
            adapter: adapter(seed: 1, rank: 1),
            precision: .exact
        )
        for rank in [300, 4] {
            let adapter = adapter(seed: 2, rank: rank)
            generator.adapter = adapter
            let answer = try generator.generate(
                prompt: prompt,
                configuration: .greedy(maxTokens: 12)
            )
            #expect(answer.ids == (try fresh(prompt, adapter: adapter)).ids)
        }
    }

    @Test func longPromptsAreReadInPiecesWithTheSameAnswer() throws {
        let long = (0..<200).map { Int32(3 + ($0 * 53) % 250) }
        let answer = try fresh(long, maxTokens: 1)
        let pass = InferencePass(model, tokenCapacity: 200, contextLength: 256, precision: .exact)
        let cache = KeyValueCache(model.configuration, capacity: 256, precision: .exact)
        let logits = try pass.logits(long, cache: cache, adapter: nil)
        #expect(logits.indices.max { logits[$0] < logits[$1] } == Int(answer.ids[0]))
    }

    @Test func streamsTheTextThatItReturns() throws {
        var configuration = GenerationConfiguration()
        configuration.maxTokens = 60
        configuration.temperature = 1
        var text = ""
        var ids: [Int32] = []
        let answer = try Generator(model: model, precision: .exact).generate(
            prompt: prompt,
            configuration: configuration,
            onToken: {
                text += $0.text
                ids.append($0.id)
            }
        )
        #expect(text + answer.remainder == answer.text)
        #expect(ids == answer.ids)
    }

    @Test func endsWithTheTurnAndLeavesItsTokenOutOfTheText() throws {
        // At temperature 1 a random model ends its turn sooner or later.
        var configuration = GenerationConfiguration()
        configuration.maxTokens = 200
        configuration.temperature = 1
        configuration.topK = 0
        configuration.topP = 1
        configuration.minP = 0
        let endTokens = model.file.tokenizer.endTokens
        var ended = 0
        for seed in 0..<20 as Range<UInt64> {
            configuration.seed = seed
            let answer = try Generator(model: model, precision: .exact).generate(
                prompt: prompt,
                configuration: configuration
            )
            let isEnded = answer.ids.last.map(endTokens.contains) == true
            #expect((answer.finishReason == .stop) == isEnded)
            #expect(!answer.ids.dropLast().contains(where: endTokens.contains))
            #expect(!answer.text.contains("<|"))
            if isEnded { ended += 1 }
        }
        #expect(ended > 0)
    }

    @Test func endsAtAStopText() throws {
        let whole = try fresh(prompt, maxTokens: 30)
        let letters = Array(whole.text)
        try #require(letters.count > 6)
        var configuration = GenerationConfiguration.greedy(maxTokens: 30)
        configuration.stop = [String(letters[4...5])]
        let answer = try Generator(model: model, precision: .exact).generate(
            prompt: prompt,
            configuration: configuration
        )
        #expect(answer.finishReason == .stop)
        #expect(whole.text.hasPrefix(answer.text))
        #expect(!answer.text.contains(configuration.stop[0]))
        #expect(answer.ids.count < whole.ids.count)
    }

    @Test func endsAtItsLengthAndAtTheContextsEnd() throws {
        #expect(try fresh(prompt, maxTokens: 3).ids.count == 3)
        let generator = try Generator(model: model, contextLength: 45)
        let answer = try generator.generate(
            prompt: prompt,
            configuration: .greedy(maxTokens: 100)
        )
        #expect(answer.ids.count == 5)
        #expect(answer.finishReason == .length)
    }

    @Test func refusesAPromptWithoutRoomOrContent() throws {
        let generator = try Generator(model: model, contextLength: 40)
        let error = #expect(throws: InferenceError.self) {
            try generator.generate(prompt: prompt, configuration: .greedy(maxTokens: 1))
        }
        #expect(error?.code == .contextTooLong)
        #expect(error?.message == "The context is too long: 40 tokens, the limit is 39.")
        #expect(throws: InferenceError.self) {
            try generator.generate(prompt: [], configuration: .greedy(maxTokens: 1))
        }
        #expect(throws: InferenceError.self) {
            try Generator(model: model, contextLength: 100_000)
        }
    }

    @Test func aCancelledAnswerKeepsItsTextAndTheNextOneIsRight() throws {
        let generator = try Generator(model: model, precision: .exact)
        var count = 0
        let cancelled = try generator.generate(
            prompt: prompt,
            configuration: .greedy(maxTokens: 12),
            isCancelled: { count >= 4 },
            onToken: { _ in count += 1 }
        )
        let whole = try fresh(prompt)
        #expect(cancelled.finishReason == .cancelled)
        #expect(cancelled.ids == Array(whole.ids.prefix(4)))
        #expect(whole.text.hasPrefix(cancelled.text.prefix(1)))
        let again = try generator.generate(
            prompt: prompt,
            configuration: .greedy(maxTokens: 12)
        )
        #expect(again.ids == whole.ids)
    }

    @Test func cancelsWithinThePrompt() throws {
        var questions = 0
        let generator = try Generator(model: model, precision: .exact)
        let answer = try generator.generate(
            prompt: (0..<200).map { Int32(3 + $0) },
            configuration: .greedy(maxTokens: 1),
            isCancelled: {
                questions += 1
                return questions > 1
            }
        )
        #expect(answer.finishReason == .cancelled)
        #expect(answer.ids.isEmpty)
        #expect(answer.tokensPerSecond == nil)
    }

    @Test func theRateLeavesThePromptOut() throws {
        var time = 0.0
        let generator = try Generator(
            model: model,
            clock: {
                time += 1
                return time
            }
        )
        var rates: [Double?] = []
        let answer = try generator.generate(
            prompt: prompt,
            configuration: .greedy(maxTokens: 4),
            onToken: { rates.append($0.tokensPerSecond) }
        )
        // Readings: start 1, prompt read 2, then one a token: 3, 4, 5, 6.
        #expect(answer.prefillSeconds == 1)
        #expect(answer.decodeSeconds == 4)
        #expect(answer.tokensPerSecond == 0.75)
        let expected: [Double?] = [nil, 0.5, 2.0 / 3, 0.75]
        #expect(rates == expected)
    }

    @Test func anAnswerOfAModelThatWasCutShortIsNone() throws {
        let path = "\(folder.path)/tiny.gguf"
        let generator = try Generator(model: model, precision: .exact)
        _ = try generator.generate(prompt: prompt, configuration: .greedy(maxTokens: 2))
        #expect(truncate(path, 5000) == 0)
        let error = try #require(throws: ModelFileError.self) {
            _ = try generator.generate(prompt: prompt, configuration: .greedy(maxTokens: 2))
        }
        #expect(error.code == .changed && error.message.contains(path))
        #expect(throws: ModelFileError.self) { _ = try Scorer(model: model).score(prompt) }
    }
}
