import Foundation
import ModelFiles
import Tensors
import Testing
import Tokenizers
import Transformer

/// How far `fast` is from float32 on the real model.
///
/// The suite holds for whatever kernels are in use, so `make test` runs it once more with each
/// set that `WORKBENCH_ISA` can force.
@Suite(.serialized) struct FastPrecisionTests {
    /// Logits may be off by so much; a different token is a defect only if the gap was larger.
    static let logitTolerance: Float = 0.35

    @Test(arguments: 0..<4)
    func greedyTextIsThatOfFloat32OrTheGapWasSmall(prompt: Int) throws {
        let model = try Models.smollm2()
        let example = SmolLM2ReferenceTests.greedy[prompt]
        let fast = InferencePass(model, tokenCapacity: 64, contextLength: 128, precision: .fast)
        let exact = InferencePass(model, tokenCapacity: 64, contextLength: 128, precision: .exact)
        let fastCache = KeyValueCache(model.configuration, capacity: 128, precision: .fast)
        let exactCache = KeyValueCache(model.configuration, capacity: 128, precision: .exact)
        var tokens = example.ids
        for index in 0..<16 {
            let ours = try fast.logits(tokens, cache: fastCache, adapter: nil)
            let truth = try exact.logits(tokens, cache: exactCache, adapter: nil)
            let choice = ours.indices.max { (ours[$0], $1) < (ours[$1], $0) } ?? 0
            let expected = Int(example.continuation_ids[index])
            #expect(
                truth[expected] - truth[choice] <= Self.logitTolerance,
                "token \(index) is \(choice), not \(expected)"
            )
            tokens = [Int32(expected)]
        }
    }

    @Test func perplexityIsWithinHalfAPercent() throws {
        let model = try Models.smollm2()
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try Data(contentsOf: repository.appendingPathComponent("README.md"))
        let ids = Array(
            model.file.tokenizer.encode(Array(text), parsingSpecialTokens: false).prefix(1500)
        )
        let perplexity = try Precision.allCases.map { precision in
            let pass = InferencePass(
                model,
                tokenCapacity: 512,
                contextLength: 2048,
                precision: precision
            )
            let logs = try pass.logProbabilities(ids, adapter: nil)
            return exp(-logs.reduce(0) { $0 + Double($1) } / Double(logs.count))
        }
        #expect(abs(perplexity[0] / perplexity[1] - 1) <= 5e-3)
    }

    @Test func tenLoRAStepsStayWithinTwoPercentOfPEFT() throws {
        guard let folder = LoRAReferenceTests.folder else { return }
        let run = try LoRAReferenceTests.run()
        _ = try LoRAReferenceTests.takeSteps(run, folder: folder, precision: .fast) {
            step,
            computed in
            let index = computed.index
            #expect(abs(computed.loss - step.loss) <= 2e-2 * step.loss, "loss of step \(index)")
            #expect(
                abs(computed.norm - step.grad_norm) <= 5e-2 * step.grad_norm,
                "norm of step \(index)"
            )
        }
    }
}
