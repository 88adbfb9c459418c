import Foundation
import ModelFiles
import Platform
import Testing
import Tokenizers

/// Tokens that files add although the model has no row for them.
@Suite struct TokensBeyondModelTests {
    private static func words(
        _ added: [(id: Int, text: String)],
        vocabulary: [String: Int] = ["a": 0, "b": 1, "ab": 2, "c": 3, "<": 4, "p": 5, ">": 6]
    ) throws -> Data {
        let words: [String: Any] = [
            "model": ["type": "BPE", "vocab": vocabulary, "merges": ["a b"]],
            "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false],
            "decoder": ["type": "ByteLevel"],
            "added_tokens": added.map { ["id": $0.id, "content": $0.text, "special": true] },
        ]
        return try JSONSerialization.data(withJSONObject: words)
    }

    private func open(
        _ added: [(id: Int, text: String)],
        rows: Int,
        settings: [String: Any] = [:],
        vocabulary: [String: Int]? = nil,
        _ body: (String) throws -> Void
    ) throws {
        var shapes = CheckpointFolderTests.shapes
        shapes["model.embed_tokens.weight"] = [rows, 8]
        let files = try [
            "model.safetensors": CheckpointFolderTests.bytes(shapes),
            "tokenizer.json": vocabulary.map { try Self.words(added, vocabulary: $0) }
                ?? Self.words(added),
            "tokenizer_config.json": JSONSerialization.data(withJSONObject: settings),
        ]
        try CheckpointFolderTests.folder(["vocab_size": rows], weights: files, body)
    }

    @Test func aFolderOpensAndItsTokensAreText() throws {
        let settings =
            [
                "pad_token": "<p>", "eos_token": "</q>",
                "added_tokens_decoder": ["9": ["content": "</q>", "special": true]],
            ] as [String: Any]
        try open([(7, "c"), (8, "<p>")], rows: 8, settings: settings) { folder in
            let tokenizers = try [
                ModelFile.open(path: folder).tokenizer, Tokenizer(huggingFaceFolder: folder),
            ]
            for tokenizer in tokenizers {
                #expect(tokenizer.vocabularySize == 8)
                #expect(
                    tokenizer.tokensBeyondModel.map { String(decoding: $0.text, as: UTF8.self) }
                        == ["<p>", "</q>"]
                )
                let ids = tokenizer.encode(Array("ab<p>".utf8), parsingSpecialTokens: true)
                #expect(ids == [2, 4, 5, 6])
                #expect(tokenizer.eos == nil)
            }
        }
    }

    @Test func aWordBeyondTheRowsIsRefusedUnlessItIsAnAddedToken() throws {
        let vocabulary = ["a": 0, "b": 1, "ab": 2, "c": 3, "<p>": 4]
        try open([(4, "<p>")], rows: 4, vocabulary: vocabulary) { folder in
            let tokenizer = try ModelFile.open(path: folder).tokenizer
            #expect(tokenizer.tokensBeyondModel.count == 1)
        }
        try open([], rows: 4, vocabulary: vocabulary) { folder in
            let error = try #require(throws: ModelFileError.self) {
                try ModelFile.open(path: folder)
            }
            #expect(error.message.contains("\"<p>\" has the id 4"), "\(error)")
            #expect(error.message.contains("only 4 rows"), "\(error)")
        }
    }

    @Test func anUnknownTokenBeyondTheRowsIsRefused() throws {
        let words: [String: Any] = [
            "model": [
                "type": "BPE", "vocab": ["a": 0, "b": 1, "ab": 2, "c": 3, "<unk>": 4],
                "merges": ["a b"], "unk_token": "<unk>",
            ],
            "decoder": ["type": "ByteLevel"],
            "added_tokens": [["id": 4, "content": "<unk>", "special": true]],
        ]
        let files = try [
            "model.safetensors": CheckpointFolderTests.bytes(CheckpointFolderTests.shapes),
            "tokenizer.json": JSONSerialization.data(withJSONObject: words),
        ]
        try CheckpointFolderTests.folder(weights: files) { folder in
            #expect(throws: ModelFileError.self) { try ModelFile.open(path: folder) }
        }
    }

    private func gguf(_ more: [String], types: [Int32], eos: UInt32 = 0) throws -> ModelFile {
        var builder = GGUFBuilder.model()
        builder.set(
            "tokenizer.ggml.tokens",
            .strings(["<|e|>", "a", "b", "c", "ab", "abc", "<|s|>", "d"] + more)
        )
        builder.set("tokenizer.ggml.token_type", .int32s([3, 1, 1, 1, 1, 1, 3, 1] + types))
        builder.set("tokenizer.ggml.eos_token_id", .uint32(eos))
        let folder = try TemporaryFolder()
        return try ModelFile.open(path: folder.write(builder.bytes(), to: "m.gguf"))
    }

    @Test func aGGUFFileOpensToo() throws {
        let tokenizer = try gguf(["<d>", ""], types: [4, 5], eos: 8).tokenizer
        #expect(tokenizer.vocabularySize == 8)
        #expect(tokenizer.tokensBeyondModel.map(\.id) == [8])
        #expect(tokenizer.eos == nil)
        #expect(!tokenizer.encode(Array("a<d>d".utf8), parsingSpecialTokens: true).contains(8))
        let error = #expect(throws: ModelFileError.self) { try gguf(["e"], types: [1]) }
        #expect(error?.message.contains("\"e\" (8)") == true)
        #expect(throws: ModelFileError.self) { try gguf(["<d>"], types: [3], eos: 99) }
    }
}
