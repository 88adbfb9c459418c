import Foundation
import ModelFiles
import Tensors
import Testing
import TestModels
import Transformer

/// A merged file answers as the base with the adapter on it.
@Suite struct AdapterMergeTests {
    @Test(arguments: ["llama", "qwen3"])
    func logitsAgree(name: String) throws {
        try TemporaryFolder.with { temporary in
            let folder = fixture("tiny/\(name)").path
            let base = "\(temporary)/base.gguf"
            try CheckpointConversion(ModelFile.open(path: folder)).write(to: base)
            let model = try LanguageModel(ModelFile.open(path: base))
            let lora = LoRA(model.configuration, shape: .init(rank: 3, alpha: 6), seed: 11)
            for index in 0..<lora.parameters.count {
                lora.parameters.pointer[index] += Float(index % 17 - 8) * 0.004
            }
            let adapter = try lora.adapterFile(for: model, baseModel: nil)

            var work = GGUFQuantization(try GGUFFile(path: base), recipe: .f32)
            try work.merge(adapter, into: model.file)
            let path = "\(temporary)/merged.gguf"
            _ = try work.write(to: path, isCancelled: { false }, progress: { _ in })
            let merged = try LanguageModel(ModelFile.open(path: path))

            let tokens: [Int32] = (0..<24).map { 5 + $0 * 7 % 200 }
            let expected = try logits(model, tokens, lora)
            #expect(
                zip(expected, try logits(merged, tokens, nil)).allSatisfy { abs($0 - $1) < 1e-4 }
            )
            let plain = try logits(model, tokens, nil)
            #expect(
                zip(expected, plain).contains { abs($0 - $1) > 1e-2 },
                "the adapter does something"
            )
        }
    }

    private func logits(
        _ model: LanguageModel,
        _ tokens: [Int32],
        _ adapter: LoRA?
    ) throws -> [Float] {
        let pass = InferencePass(
            model,
            tokenCapacity: tokens.count,
            contextLength: tokens.count,
            precision: .exact
        )
        let cache = KeyValueCache(model.configuration, capacity: tokens.count, precision: .exact)
        return try pass.allLogits(tokens, cache: cache, adapter: adapter)
    }
}
