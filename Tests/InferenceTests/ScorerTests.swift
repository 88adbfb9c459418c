import Glibc
import Inference
import ModelFiles
import Platform
import Testing
import TestModels
import Transformer

@Suite struct ScorerTests {
    @Test func perplexityIsTheExponentOfTheMeanLoss() throws {
        try TestModel().withFile { path in
            let model = try LanguageModel(ModelFile.open(path: path))
            let tokens: [Int32] = (0..<150).map { 3 + ($0 * 31) % 240 }
            let score = try Scorer(model: model, precision: .exact).score(tokens)
            #expect(score.logProbabilities.count == 149)
            let shape = LoRA.Shape(rank: 1, alpha: 1)
            let pass = TrainingPass(
                model,
                .init(tokenCapacity: 150, shape: shape, precision: .exact)
            )
            let batch = TokenBatch(
                tokens: tokens,
                segments: [0..<150],
                isTarget: [false] + [Bool](repeating: true, count: 149)
            )
            let loss = try pass.loss(batch, adapter: nil) / 149
            #expect(abs(log(score.perplexity) - loss) < 1e-5)
        }
    }

    @Test func refusesTooFewAndTooManyTokens() throws {
        try TestModel().withFile { path in
            let scorer = Scorer(
                model: try LanguageModel(ModelFile.open(path: path))
            )
            #expect(throws: InferenceError.self) { try scorer.score([5]) }
            let error = #expect(throws: InferenceError.self) {
                try scorer.score([Int32](repeating: 5, count: 257))
            }
            #expect(error?.message == "The context is too long: 257 tokens, the limit is 256.")
        }
    }
}
