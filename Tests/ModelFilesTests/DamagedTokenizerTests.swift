import Foundation
import ModelFiles
import Platform
import Testing
import TestModels
import Tokenizers

/// Damaged tokenizer files of Hugging Face folders, the same ones in every run.
@Suite(.serialized) struct DamagedTokenizerTests {
    private static let texts = [
        "", "a", " ab  abc\n\n 123 a1b2<s><tool> <tool>", "한국어 é e\u{301} 👍🏽 \u{0}\r\n",
        String(repeating: "ab ", count: 50), String(repeating: "aaaa1111    !!!!", count: 20),
    ]
    private static let words = [
        "null", "true", "{}", "[]", "\"type\":\"Sequence\",", "\"type\":\"Split\",", "\\\\s+",
        "(?!", "(?:",
        "{1,9999}", "{0,}", "*", "+", "|", "[^", "]", "\\\\p{L}", "$", "\"invert\":true,",
        "MergedWithNext", "Removed", "Contiguous", "\"byte_fallback\":true,",
        "\"normalized\":true,",
        "\"ids\":[-1],", "\"ids\":[99],", "\"id\":4294967296,", "\\u0000", "\\ud800", "<0x0A>",
        "<0xZZ>",
        "\"a\":1,", String(repeating: "[", count: 100), String(repeating: "(", count: 500),
    ].map { Array($0.utf8) }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Reads the files in the folder; a tokenizer that is created has valid ids and ends in time.
    private func isRead(_ bytes: [UInt8], vocabularySize: Int?) throws -> Bool {
        let start = ContinuousClock.now
        defer {
            let duration = start.duration(to: .now)
            #expect(
                duration < .seconds(10),
                "\(duration): \(String(decoding: bytes, as: UTF8.self))"
            )
        }
        do throws(ModelFileError) {
            let tokenizer = try Tokenizer(
                huggingFaceFolder: folder.path,
                vocabularySize: vocabularySize
            )
            for text in Self.texts {
                let ids = tokenizer.encode(Array(text.utf8), parsingSpecialTokens: true)
                #expect(ids.allSatisfy { (0..<tokenizer.vocabularySize).contains(Int($0)) })
                _ = tokenizer.decode(ids, skippingControlTokens: true)
            }
            return true
        } catch {
            try #require(!error.message.isEmpty && error.message.utf8.count < 10_000)
            return false
        }
    }

    @Test(arguments: TokenizerHeaders.all)
    func `published headers are read`(header: String) throws {
        _ = try folder.write(Array(header.utf8), to: "tokenizer.json")
        let tokenizer = try Tokenizer(huggingFaceFolder: folder.path)
        #expect(tokenizer.encode(Array("ab".utf8), parsingSpecialTokens: true).contains(6))
    }

    @Test func `a damaged tokenizer is refused or usable`() throws {
        let files =
            TokenizerHeaders.all.map { Array($0.utf8) }
            + Endurance.models(endingWith: "tokenizer.json")
        var mutator = Mutator(seed: Endurance.seed &+ 5)
        var outcomes: Set<Bool> = []
        try Endurance.expectBounds {
            for index in 0..<Endurance.cases(1000) {
                let bytes = mutator.damaged(files, words: Self.words)
                _ = try folder.write(bytes, to: "tokenizer.json")
                outcomes.insert(try isRead(bytes, vocabularySize: index % 2 == 0 ? nil : 16))
            }
        }
        #expect(outcomes == [true, false])
    }

    @Test func `damaged files beside the tokenizer are refused or read`() throws {
        _ = try folder.write(Array(TokenizerHeaders.llama3.utf8), to: "tokenizer.json")
        let files = [
            #"""
            {"tokenizer_class":"LlamaTokenizer","bos_token":"<s>","eos_token":{"content":"<tool>","lstrip":false},
            "add_bos_token":true,"add_eos_token":false,"chat_template":[{"name":"default","template":"{{ bos_token }}"}],
            "added_tokens_decoder":{"9":{"content":"<s>","special":true},"11":{"content":"<x>","special":true}}}
            """#, #"{"eos_token_id":[9,10],"bos_token_id":9}"#,
        ].map { Array($0.utf8) }
        let names = [
            "tokenizer_config.json", "generation_config.json", "special_tokens_map.json",
            "config.json",
        ]
        var mutator = Mutator(seed: Endurance.seed &+ 6)
        var outcomes: Set<Bool> = []
        try Endurance.expectBounds {
            for index in 0..<Endurance.cases(1000) {
                let bytes = mutator.damaged(files, words: Self.words)
                let name = names[index % names.count]
                let path = try folder.write(bytes, to: name)
                outcomes.insert(try isRead(bytes, vocabularySize: nil))
                try FileManager.default.removeItem(atPath: path)
            }
        }
        #expect(outcomes == [true, false])
    }
}
