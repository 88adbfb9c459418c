import ChatTemplates
import Foundation
import ModelFiles
import Platform
import Tensors
import Testing
import TestModels
import Tokenizers
import Transformer

/// A model written as a Hugging Face folder answers as what it was made of.
@Suite struct CheckpointExportTests {
    private static let text = "Hello, world! 한국어 123\n\n  two  spaces <|im_start|> é <s>"

    /// From a folder to GGUF and back: the numbers are the same bits.
    @Test(arguments: ["llama", "mistral", "qwen2", "qwen3", "gemma3"])
    func theWayThereAndBackChangesNothing(name: String) throws {
        try TemporaryFolder.with { temporary in
            let source = try ModelFile.open(path: fixture("tiny/\(name)").path)
            let path = "\(temporary)/model.gguf"
            try CheckpointConversion(source).write(to: path)
            let middle = try ModelFile.open(path: path)
            var export = CheckpointExport(middle, type: .f32)
            // Several files with an index.
            if name == "llama" { export.largestFile = 300_000 }
            _ = try export.write(to: "\(temporary)/back")
            let back = try ModelFile.open(path: "\(temporary)/back")

            #expect(back.configuration.slidingWindow == source.configuration.slidingWindow)
            #expect(back.configuration.globalLayers == source.configuration.globalLayers)
            #expect(back.configuration.localRopeTheta == source.configuration.localRopeTheta)
            #expect(back.configuration.headWidth == source.configuration.headWidth)
            #expect(back.configuration.rmsEpsilon == source.configuration.rmsEpsilon)
            #expect(back.configuration.tiesEmbeddings == source.configuration.tiesEmbeddings)
            #expect(
                zip(back.rotaryFactors.short ?? [], source.rotaryFactors.short ?? [])
                    .allSatisfy { abs($0 - $1) < 1e-4 }
            )
            for role in TensorRole.allCases where role.isInEachLayer {
                guard let weight = try? source.weight(role, layer: 2) else { continue }
                let other = try back.weight(role, layer: 2)
                withExtendedLifetime((weight, other)) {
                    #expect(weight.bytes.elementsEqual(other.bytes), "\(role)")
                }
            }
            let bytes = Array(Self.text.utf8)
            for parsing in [true, false] {
                #expect(
                    back.tokenizer.encode(bytes, parsingSpecialTokens: parsing)
                        == source.tokenizer.encode(bytes, parsingSpecialTokens: parsing)
                )
            }
            #expect(back.tokenizer.endTokens == middle.tokenizer.endTokens)
            #expect(back.tokenizer.addsBOS == middle.tokenizer.addsBOS)
            let files = try FileManager.default.contentsOfDirectory(atPath: "\(temporary)/back")
            #expect(
                files.filter { $0.hasSuffix(".safetensors") }.count == (name == "llama" ? 3 : 1)
            )
        }
    }

    /// A GGUF file with a chat template, in a type of blocks, with an adapter.
    @Test func aMergeIntoAFolderIsThatOfGGUF() throws {
        try TemporaryFolder.with { temporary in
            var tiny = TestModel()
            tiny.type = .q8_0
            let path = "\(temporary)/model.gguf"
            try tiny.write(to: path)
            let model = try LanguageModel(ModelFile.open(path: path))
            let lora = LoRA(model.configuration, shape: .init(rank: 3, alpha: 6), seed: 11)
            for index in 0..<lora.parameters.count {
                lora.parameters.pointer[index] += Float(index % 17 - 8) * 0.004
            }
            let adapter = try lora.adapterFile(for: model, baseModel: nil)
            // The adapter goes through GGUF too.
            let stored = "\(temporary)/adapter.gguf"
            try adapter.writeGGUF(to: stored, for: model.configuration)
            let read = try AdapterFile.read(path: stored, for: model.configuration)
            #expect(read.tensors == adapter.tensors)

            var export = CheckpointExport(model.file, type: .f32)
            try export.merge(read)
            _ = try export.write(to: "\(temporary)/folder")
            var work = GGUFQuantization(try GGUFFile(path: path), recipe: .f32)
            work.allowsRequantizing = true
            try work.merge(adapter, into: model.file)
            _ = try work.write(
                to: "\(temporary)/merged",
                isCancelled: { false },
                progress: { _ in }
            )

            let folder = try ModelFile.open(path: "\(temporary)/folder")
            let file = try ModelFile.open(path: "\(temporary)/merged")
            #expect(folder.chatTemplate?.source == file.chatTemplate?.source)
            #expect(folder.tokenizer.endTokens == file.tokenizer.endTokens)
            for role in [TensorRole.value, .attentionOutput, .gate, .down] {
                let (one, other) = (
                    try folder.weight(role, layer: 1), try file.weight(role, layer: 1)
                )
                #expect(one.bytes.elementsEqual(other.bytes), "\(role)")
            }
            let tokens: [Int32] = (0..<24).map { 5 + $0 * 7 % 200 }
            let found = try [folder, file].map { try logits(LanguageModel($0), tokens) }
            #expect(zip(found[0], found[1]).allSatisfy { abs($0 - $1) < 1e-4 })
        }
    }

    @Test func whatIsThereStays() throws {
        try TemporaryFolder.with { temporary in
            let model = try ModelFile.open(path: fixture("tiny/qwen2").path)
            let path = "\(temporary)/folder"
            _ = try CheckpointExport(model, type: .f16).write(to: path)
            let before = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            #expect(before == ["config.json", "model.safetensors", "tokenizer.json"])
            let error = #expect(throws: ModelFileError.self) {
                try CheckpointExport(model, type: .f32).write(to: path)
            }
            #expect(error?.message.contains("is there already") == true)
            #expect(try ModelFile.open(path: path).quantization == "F16")
            #expect(throws: ModelFileError.self) {
                try CheckpointExport(model, type: .f16)
                    .write(to: "\(temporary)/other", isCancelled: { true })
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == ["folder"])
        }
    }

    private func logits(_ model: LanguageModel, _ tokens: [Int32]) throws -> [Float] {
        let pass = InferencePass(
            model,
            tokenCapacity: tokens.count,
            contextLength: tokens.count,
            precision: .exact
        )
        let cache = KeyValueCache(model.configuration, capacity: tokens.count, precision: .exact)
        return try pass.allLogits(tokens, cache: cache, adapter: nil)
    }
}
