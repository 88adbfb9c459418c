import Foundation
import ModelFiles
import Platform
import Testing
import Tokenizers

/// Model folders in Hugging Face's layout, with a vocabulary of few words.
@Suite final class HuggingFaceTokenizerTests {
    private let folder = FileManager.default.temporaryDirectory
        .appending(path: "tokenizer-\(UUID().uuidString)").path()

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private typealias Object = [String: Any]

    private let byteLevel: Object = [
        "type": "ByteLevel", "add_prefix_space": false, "use_regex": true,
    ]

    /// A byte-level file of a, b, c, the space, `ab` and two added tokens.
    private func file(_ changes: Object = [:], model: Object = [:]) -> Object {
        var bpe: Object = [
            "type": "BPE",
            "vocab": ["a": 0, "b": 1, "c": 2, "Ġ": 3, "ab": 4, "é": 7] as [String: Int],
            "merges": ["a b"],
        ]
        bpe.merge(model) { $1 }
        var file: Object = [
            "version": "1.0", "model": bpe, "pre_tokenizer": byteLevel,
            "decoder": ["type": "ByteLevel"],
            "added_tokens": [
                added(5, "<s>"), added(6, "<tool>", special: false),
            ],
        ]
        file.merge(changes) { $1 }
        return file
    }

    /// A file of characters with bytes for missing ones, as in Llama 2.
    private func metaspaceFile(_ changes: Object) -> Object {
        var vocab = [
            "<unk>": 0, "<s>": 1, "</s>": 2, "\u{2581}": 3, "a": 4, "b": 5, "\u{2581}a": 6,
        ]
        for byte in 0..<256 { vocab[String(format: "<0x%02X>", byte)] = 7 + byte }
        let model: Object = [
            "type": "BPE", "vocab": vocab, "merges": [["\u{2581}", "a"]], "byte_fallback": true,
            "unk_token": "<unk>", "fuse_unk": true,
        ]
        var file: Object = [
            "model": model,
            "decoder": [
                "type": "Sequence",
                "decoders": [
                    ["type": "Replace", "pattern": ["String": "\u{2581}"], "content": " "],
                    ["type": "ByteFallback"], ["type": "Fuse"],
                    ["type": "Strip", "content": " ", "start": 1, "stop": 0],
                ] as [Object],
            ] as Object,
            "added_tokens": [added(0, "<unk>"), added(1, "<s>"), added(2, "</s>")],
        ]
        file.merge(changes) { $1 }
        return file
    }

    private func added(_ id: Int, _ text: String, special: Bool = true) -> Object {
        [
            "id": id, "content": text, "special": special, "normalized": !special, "lstrip": false,
            "rstrip": false, "single_word": false,
        ]
    }

    private func write(_ object: Any, _ name: String = "tokenizer.json") throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let data = try JSONSerialization.data(withJSONObject: object)
        try data.write(to: URL(filePath: folder).appending(path: name))
    }

    private func tokenizer(_ object: Object, vocabularySize: Int? = nil) throws -> Tokenizer {
        try write(object)
        return try Tokenizer(huggingFaceFolder: folder, vocabularySize: vocabularySize)
    }

    private func ids(_ text: String, _ tokenizer: Tokenizer) -> [Int32] {
        tokenizer.encode(Array(text.utf8), parsingSpecialTokens: true)
    }

    @Test func `a byte-level file is read`() throws {
        let tokenizer = try tokenizer(file())
        #expect(ids("ab c<s><tool>ab", tokenizer) == [4, 3, 2, 5, 6, 4])
        #expect(tokenizer.vocabularySize == 8)
        #expect(tokenizer.isControl(5))
        #expect(!tokenizer.isControl(6))
        #expect(
            tokenizer.decode([4, 3, 2, 6], skippingControlTokens: true) == Array("ab c<tool>".utf8)
        )
    }

    @Test func `merges may be pairs`() throws {
        #expect(ids("ab", try tokenizer(file(model: ["merges": [["a", "b"]]]))) == [4])
    }

    @Test func `the model's vocabulary may be larger than the tokenizer's`() throws {
        let tokenizer = try tokenizer(file(), vocabularySize: 100)
        #expect(tokenizer.vocabularySize == 100)
        #expect(tokenizer.bytes(of: 99) == [])
        #expect(ids("", tokenizer) == [])
    }

    @Test func `the template defines the tokens around a text`() throws {
        let processor: Object = [
            "type": "TemplateProcessing",
            "single": [
                ["SpecialToken": ["id": "<s>", "type_id": 0] as Object],
                ["Sequence": ["id": "A", "type_id": 0] as Object],
                ["SpecialToken": ["id": "<s>", "type_id": 0] as Object],
            ] as [Object],
            "pair": [] as [Object],
            "special_tokens": ["<s>": ["id": "<s>", "ids": [5], "tokens": ["<s>"]] as Object],
        ]
        let tokenizer = try tokenizer(file(["post_processor": processor]))
        #expect(tokenizer.opening == [5])
        #expect(tokenizer.closing == [5])
    }

    @Test(arguments: [true, false])
    func `a file of characters is read with normalized or split spaces`(isLegacy: Bool) throws {
        let normalizer: Object = [
            "type": "Sequence",
            "normalizers": [
                ["type": "Prepend", "prepend": "\u{2581}"],
                ["type": "Replace", "pattern": ["String": " "], "content": "\u{2581}"],
            ] as [Object],
        ]
        let metaspace: Object = [
            "type": "Metaspace", "replacement": "\u{2581}", "prepend_scheme": "first",
            "split": false,
        ]
        let tokenizer = try tokenizer(
            metaspaceFile(isLegacy ? ["normalizer": normalizer] : ["pre_tokenizer": metaspace])
        )
        #expect(ids("a b", tokenizer) == [6, 3, 5])
        #expect(ids("<s>a", tokenizer) == (isLegacy ? [1, 6] : [1, 4]))
        #expect(ids("é", tokenizer) == [3, 7 + 0xC3, 7 + 0xA9])
        #expect(
            tokenizer.decode(ids("a é", tokenizer), skippingControlTokens: true)
                == Array("a é".utf8)
        )
    }

    @Test func `names of tokens and further ends come from the other files`() throws {
        try write(
            ["bos_token": ["content": "<s>"], "eos_token": "<tool>"],
            "tokenizer_config.json"
        )
        try write(["eos_token_id": [6, 2]], "generation_config.json")
        let tokenizer = try tokenizer(file())
        #expect(tokenizer.bos == 5)
        #expect(tokenizer.eos == 6)
        #expect(tokenizer.endTokens == [6, 2])
        #expect(!tokenizer.addsBOS)
        try write(
            ["bos_token": "<s>", "tokenizer_class": "LlamaTokenizerFast", "add_bos_token": true],
            "tokenizer_config.json"
        )
        #expect(try Tokenizer(huggingFaceFolder: folder).opening == [5])
    }

    @Test func `the chat template is found in any of its locations`() throws {
        try write(file())
        #expect(try HuggingFaceTokenizer(folder: folder).chatTemplate == nil)
        try write(["chat_template": "one"], "tokenizer_config.json")
        #expect(try HuggingFaceTokenizer(folder: folder).chatTemplate == "one")
        let several: [Object] = [
            ["name": "tool_use", "template": "tools"], ["name": "default", "template": "two"],
        ]
        try write(["chat_template": several], "tokenizer_config.json")
        #expect(try HuggingFaceTokenizer(folder: folder).chatTemplate == "two")
        try Data("three".utf8).write(
            to: URL(filePath: folder).appending(path: "chat_template.jinja")
        )
        #expect(try HuggingFaceTokenizer(folder: folder).chatTemplate == "three")
    }

    @Test func `unknown parts are refused and named`() throws {
        func refuses(_ object: Object, _ words: String...) throws {
            let error = #expect(throws: ModelFileError.self) { _ = try tokenizer(object) }
            #expect(error?.code == .unsupportedTokenizer)
            #expect(error?.hint != nil)
            for word in words { #expect(error?.message.contains(word) == true, "\(word)") }
        }
        try refuses(file(model: ["type": "Unigram"]), "model", "Unigram")
        try refuses(file(model: ["dropout": 0.1]), "dropout")
        try refuses(file(model: ["end_of_word_suffix": "</w>"]), "end_of_word_suffix")
        try refuses(file(model: ["surprise": 1]), "model", "surprise")
        try refuses(file(model: ["merges": ["ab"]]), "merge 0")
        try refuses(file(model: ["merges": ["a c"]]), "Merge 0")
        try refuses(file(model: ["vocab": ["a": 1 << 40]]), "gap below")
        try refuses(file(model: ["vocab": ["a": 0, "b": 0]]), "id 0")
        try refuses(file(["surprise": [:] as Object]), "surprise")
        try refuses(file(["normalizer": ["type": "NFKC"]]), "normalizer", "NFKC")
        try refuses(file(["pre_tokenizer": ["type": "BertPreTokenizer"]]), "BertPreTokenizer")
        try refuses(file(["post_processor": ["type": "RobertaProcessing"]]), "RobertaProcessing")
        try refuses(file(["decoder": ["type": "WordPiece"]]), "decoder", "WordPiece")
        let split: Object = [
            "type": "Split", "pattern": ["Regex": #"\p{Han}"#], "behavior": "Isolated",
        ]
        let sequence: Object = ["type": "Sequence", "pretokenizers": [byteLevel, split]]
        try refuses(file(["pre_tokenizer": sequence]), "pre_tokenizer.pretokenizers[1]", "Han")
    }

    @Test func `a folder without the file says what is missing`() throws {
        let error = #expect(throws: ModelFileError.self) {
            _ = try Tokenizer(huggingFaceFolder: folder)
        }
        #expect(error?.code == .notFound)
        #expect(error?.message.contains("tokenizer.json") == true)
    }

    @Test func `a file that is not JSON is named with the byte`() throws {
        try write([:] as Object)
        let path = folder + "/tokenizer.json"
        for text in ["{", "[1]", String(repeating: "[", count: 100_000), "{\"a\":1,\"a\":2}"] {
            try Data(text.utf8).write(to: URL(filePath: path))
            let error = #expect(throws: ModelFileError.self) {
                _ = try Tokenizer(huggingFaceFolder: folder)
            }
            #expect(error?.code == .corrupt)
        }
    }
}
