import Foundation
import ModelFiles
import Tensors
import Testing
import TestModels
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
        let fast = InferencePass(
            model,
            tokenCapacity: 64,
            contextLength: 128,
            precision: .fast,
            decodes: true
        )
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

    /// More heads a key head than are computed at once, more keys than one worker reads, and a
    /// window that begins within them.
    @Test(arguments: [nil, 100, 300], [TestWeightType.q4_1, .q8_0])
    func longContextsAreDecodedAsInFloat32(window: Int?, type: TestWeightType) throws {
        var tiny = TestModel()
        (tiny.width, tiny.heads, tiny.keyValueHeads) = (448, 14, 2)
        (tiny.contextLength, tiny.slidingWindow, tiny.type) = (640, window, type)
        try tiny.withFile { path in
            let model = try LanguageModel(ModelFile.open(path: path))
            let ids = (0..<620).map { Int32($0 * 7 % 250) }
            let passes = Precision.allCases.map {
                InferencePass(
                    model,
                    tokenCapacity: 512,
                    contextLength: 640,
                    precision: $0,
                    decodes: true
                )
            }
            let caches = Precision.allCases.map {
                KeyValueCache(model.configuration, capacity: 640, precision: $0)
            }
            for end in [512, 600] + Array(601...620) {
                let logits = try zip(passes, caches).map { pass, cache in
                    Array(try pass.logits(ids[cache.count..<end], cache: cache, adapter: nil))
                }
                let largest = logits[1].map(abs).max() ?? 0
                let difference = zip(logits[0], logits[1]).map { abs($0 - $1) }.max() ?? .infinity
                // Rounding of 8 and 16 bits; a key too many or too few gives far more.
                #expect(difference <= 0.03 * largest, "at \(end)")
            }
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
