import Glibc
import Inference
import ModelFiles
import Tensors
import Testing
import TestModels
import Tokenizers
import Transformer

@Suite struct ParityTests {
    private static let text = (0..<90).map { "word \($0 * 37 % 101)" }.joined(separator: ", ")

    @Test func aModelAnswersAsItself() throws {
        try TestModel().withFile { path in
            let model = try LanguageModel(ModelFile.open(path: path))
            let report = try Parity(source: .init(model), result: .init(model))
                .compare([Self.text, "another text"])
            #expect(report.positions > 100)
            #expect(report.hasSameTokens)
            #expect(report.topAgreement == 1)
            #expect(report.meanDivergence == 0)
            #expect(report.largestDivergence == 0)
            #expect(report.perplexity == report.sourcePerplexity)
            #expect(report.misses.isEmpty)
        }
    }

    /// Perplexity is the scorer's, and what an adapter changes is seen.
    @Test func whatChangesAnswersIsMeasured() throws {
        try TestModel().withFile { path in
            let model = try LanguageModel(ModelFile.open(path: path))
            let adapter = LoRA(
                model.configuration,
                shape: .init(rank: 2, alpha: 64),
                seed: 5
            )
            for index in 0..<adapter.parameters.count {
                adapter.parameters.pointer[index] += 0.05 * sin(Float(index))
            }
            let text = String(Self.text.prefix(200))
            let report = try Parity(
                source: .init(model),
                result: .init(model, adapter: adapter)
            ).compare([text])
            let ids = model.file.tokenizer.encode(
                Array(text.utf8),
                parsingSpecialTokens: true,
                addingBOS: model.file.tokenizer.addsBOS
            )
            #expect(ids.count < 256, "one window")
            for (side, perplexity) in [
                (nil, report.sourcePerplexity), (adapter, report.perplexity),
            ] {
                let score = try Scorer(model: model, adapter: side, precision: .exact).score(ids)
                #expect(abs(score.perplexity / perplexity - 1) < 1e-4)
            }
            #expect(report.meanDivergence > 1e-6)
            #expect(report.largestDivergence >= report.meanDivergence)
            #expect(report.topAgreement <= 1)
        }
    }

    @Test func nothingToCompareIsSaid() throws {
        try TestModel().withFile { path in
            let model = try LanguageModel(ModelFile.open(path: path))
            let parity = Parity(source: .init(model), result: .init(model))
            #expect(throws: InferenceError.self) { try parity.compare([]) }
        }
    }
}
