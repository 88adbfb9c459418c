import ChatTemplates
import Foundation
import ModelFiles
import Platform
import Tensors
import Testing
import TestModels
import Tokenizers

/// The tokenizer.json that is written for a GGUF file tokenizes as the file does.
@Suite struct TokenizerExportTests {
    private static let text = """
        It's 2024, the inn\t— they'RE in 12345!! <|im_start|>  and\r\n\n  漢字かな 한국어 \u{1E900}ß \
        「test」…! a.b(c) [x] École e\u{301}cole   end 
        """

    @Test(arguments: NamedPreTokenizer.all.map { $0.names[0] })
    func everyPreTokenizerIsWritten(name: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/model.gguf"
        try TestModel().withFile { try rewrite($0, to: path, pre: name) }
        let source = try ModelFile.open(path: path)
        _ = try CheckpointExport(source, type: .f16).write(to: folder.path + "/folder")
        let written = try ModelFile.open(path: folder.path + "/folder")
        for parsing in [true, false] {
            #expect(
                written.tokenizer.encode(Array(Self.text.utf8), parsingSpecialTokens: parsing)
                    == source.tokenizer.encode(Array(Self.text.utf8), parsingSpecialTokens: parsing)
            )
        }
        #expect(written.tokenizer.endTokens == source.tokenizer.endTokens)
        #expect(written.tokenizer.addsBOS == source.tokenizer.addsBOS)
        #expect(written.chatTemplate?.source == source.chatTemplate?.source)
    }

    @Test func aTokenThatOccursTwiceIsNamed() throws {
        let folder = try TemporaryFolder()
        var file = GGUFBuilder.model()
        file.set(
            "tokenizer.ggml.tokens",
            .strings(["<|e|>", "a", "b", "c", "ab", "abc", "<|s|>", "b"])
        )
        let path = try folder.write(file.bytes(), to: "model.gguf")
        let model = try ModelFile.open(path: path)
        let error = #expect(throws: ModelFileError.self) {
            try CheckpointExport(model, type: .f16).write(to: folder.path + "/folder")
        }
        #expect(error?.message.contains("the token \"b\", which occurs twice") == true)
        #expect(try folder.contents() == ["model.gguf"])
    }

    /// Copies a file, except for the name of its pre-tokenizer.
    private func rewrite(_ source: String, to path: String, pre: String) throws {
        let file = try GGUFFile(path: source)
        let tensors = file.tensorsInOrder
        var writer = ModelFiles.GGUFWriter()
        writer.metadata = file.storedMetadata.map { ($0.key, .stored($0)) }
        writer.set("tokenizer.ggml.pre", .text(pre))
        writer.tensors = tensors.map { .init(name: $0.name, shape: $0.shape, type: $0.type) }
        try writer.write(to: path) { index, sink in
            try sink.write(file.weight(named: tensors[index].name).bytes)
        }
    }
}
