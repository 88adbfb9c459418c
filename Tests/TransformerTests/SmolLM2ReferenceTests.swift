import Foundation
import ModelFiles
import Tensors
import Testing
import Transformer

/// What transformers and PEFT computed in float32 on the same file.
@Suite(.serialized) struct SmolLM2ReferenceTests {
    struct Greedy: Decodable {
        let prompt: String
        let ids: [Int32]
        let continuation_ids: [Int32]
    }

    static let greedy = try! JSONDecoder().decode(
        [Greedy].self,
        from: Data(contentsOf: fixture("greedy.json"))
    )

    @Test(arguments: 0..<4)
    func logitsAndLogProbabilitiesAgree(prompt: Int) throws {
        let model = try Models.smollm2()
        let ids = Self.greedy[prompt].ids
        let expected = try SafetensorsFile(path: fixture("logits.safetensors").path)
        let pass = InferencePass(model, tokenCapacity: 64, contextLength: 128, precision: .exact)
        let cache = KeyValueCache(model.configuration, capacity: 128, precision: .exact)
        let logits = try pass.logits(ids, cache: cache, adapter: nil)
        let reference = try expected.floats(named: "logits.\(prompt)")
        let largest = reference.map(abs).max() ?? 0
        let difference = zip(logits, reference).map { abs($0 - $1) }.max() ?? .infinity
        #expect(difference <= 2e-5 * largest)

        let logProbabilities = try pass.logProbabilities(ids, adapter: nil)
        let expectedLog = try expected.floats(named: "token_logprobs.\(prompt)")
        #expect(logProbabilities.count == expectedLog.count)
        for (ours, theirs) in zip(logProbabilities, expectedLog) {
            #expect(abs(ours - theirs) <= 5e-4)
        }
    }

    @Test(arguments: 0..<4)
    func greedyContinuationsAreEqualTokenByToken(prompt: Int) throws {
        let model = try Models.smollm2()
        let example = Self.greedy[prompt]
        let pass = InferencePass(model, tokenCapacity: 64, contextLength: 256, precision: .exact)
        let cache = KeyValueCache(model.configuration, capacity: 256, precision: .exact)
        var tokens = example.ids
        var produced: [Int32] = []
        while produced.count < example.continuation_ids.count {
            let logits = try pass.logits(tokens, cache: cache, adapter: nil)
            let best = logits.indices.max { (logits[$0], $1) < (logits[$1], $0) } ?? 0
            produced.append(Int32(best))
            tokens = [Int32(best)]
        }
        #expect(produced == example.continuation_ids)
    }

    @Test func readingInPiecesGivesTheSameLogits() throws {
        let model = try Models.smollm2()
        let ids = Self.greedy[2].ids
        let pass = InferencePass(model, tokenCapacity: 64, contextLength: 128, precision: .exact)
        let whole = KeyValueCache(model.configuration, capacity: 128, precision: .exact)
        let expected = Array(try pass.logits(ids, cache: whole, adapter: nil))
        let pieces = KeyValueCache(model.configuration, capacity: 128, precision: .exact)
        _ = try pass.logits(ids[..<7], cache: pieces, adapter: nil)
        _ = try pass.logits(ids[7..<8], cache: pieces, adapter: nil)
        let logits = Array(try pass.logits(ids[8...], cache: pieces, adapter: nil))
        let difference = zip(logits, expected).map { abs($0 - $1) }.max() ?? .infinity
        #expect(difference <= 2e-5 * (expected.map(abs).max() ?? 0))
    }
}
