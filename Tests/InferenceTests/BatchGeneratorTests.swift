import Inference
import ModelFiles
import Tensors
import Testing
import TestModels
import Transformer

@Suite struct BatchGeneratorTests {
    private let prompts: [[Int32]] = [40, 1, 7, 150, 12].enumerated().map { number, count in
        (0..<count).map { Int32(3 + ($0 * 37 + number * 11) % 200) }
    }

    private func withModel(_ body: (LanguageModel) throws -> Void) throws {
        try TemporaryFolder.with { folder in
            try TestModel().write(to: "\(folder)/tiny.gguf")
            try body(LanguageModel(ModelFile.open(path: "\(folder)/tiny.gguf")))
        }
    }

    private func adapter(_ model: LanguageModel) -> LoRA {
        let adapter = LoRA(
            model.configuration,
            shape: LoRA.Shape(rank: 2, alpha: 8),
            seed: 1
        )
        for index in adapter.parameters.values.indices where index % 3 == 0 {
            adapter.parameters.values[index] += 0.2
        }
        return adapter
    }

    @Test(arguments: [Precision.exact, .fast], [false, true])
    func anAnswerIsTheOneThatItsPromptGetsAlone(precision: Precision, holdsCopies: Bool) throws {
        try withModel { model in
            var configuration = GenerationConfiguration()
            // Answers of different lengths, whose draws would show another bit of the logits.
            configuration.maxTokens = 40
            configuration.temperature = 1
            configuration.seed = 3
            for adapter in [nil, adapter(model)] {
                let generator = BatchGenerator(
                    model: model,
                    adapter: adapter,
                    batchSize: prompts.count,
                    contextLength: 192,
                    precision: precision,
                    holdsCopies: holdsCopies
                )
                // The second time, the caches are not empty.
                for prompts in [prompts, prompts.reversed()] {
                    let together = try generator.generate(
                        prompts: prompts,
                        configuration: configuration
                    )
                    let alone = try prompts.map { prompt in
                        try Generator(
                            model: model,
                            adapter: adapter,
                            contextLength: 192,
                            precision: precision,
                            holdsCopies: holdsCopies
                        ).generate(prompt: prompt, configuration: configuration)
                    }
                    let answers = try together.all.map { try $0.get() }
                    #expect(answers.map(\.ids) == alone.map(\.ids))
                    #expect(answers.map(\.text) == alone.map(\.text))
                    #expect(answers.map(\.finishReason) == alone.map(\.finishReason))
                    #expect(together.steps == (alone.map(\.ids.count).max() ?? 0) - 1)
                }
            }
        }
    }

    @Test func cancellingThrows() throws {
        try withModel { model in
            let generator = BatchGenerator(
                model: model,
                adapter: nil,
                batchSize: prompts.count,
                contextLength: 192,
                precision: .exact,
                holdsCopies: false
            )
            var asked = 0
            #expect(throws: CancellationError.self) {
                try generator.generate(
                    prompts: prompts,
                    configuration: .greedy(maxTokens: 40),
                    isCancelled: {
                        asked += 1
                        return asked > 30
                    }
                )
            }
        }
    }

    @Test func aPromptWithoutRoomIsRefused() throws {
        try withModel { model in
            let generator = BatchGenerator(
                model: model,
                adapter: nil,
                batchSize: 2,
                contextLength: 16,
                precision: .exact,
                holdsCopies: false
            )
            for prompts in [[[5], []], [[5], Array(repeating: 5, count: 16)]] as [[[Int32]]] {
                #expect(throws: InferenceError.self) {
                    try generator.generate(
                        prompts: prompts,
                        configuration: .greedy(maxTokens: 4)
                    )
                }
            }
        }
    }
}
