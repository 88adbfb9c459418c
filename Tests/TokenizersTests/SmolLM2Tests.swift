import Foundation
import ModelFiles
import Testing
import TestModels
import Tokenizers

/// Compared with the output of `transformers` for the same model.
@Suite struct SmolLM2Tests {
    struct Tokenization: Decodable, CustomTestStringConvertible {
        let text: String
        let ids: [Int32]

        var testDescription: String { text }
    }

    @Test(arguments: try fixture("tokenization", as: [Tokenization].self))
    func `a text has the tokens of transformers`(_ example: Tokenization) throws {
        let tokenizer = try DefaultModel.file().tokenizer
        let bytes = Array(example.text.utf8)
        #expect(tokenizer.encode(bytes, parsingSpecialTokens: true) == example.ids)
        #expect(tokenizer.decode(example.ids, skippingControlTokens: false) == bytes)
    }

    @Test func `bytes of an answer in Hangul stream as whole characters`() throws {
        let tokenizer = try DefaultModel.file().tokenizer
        let text = "파인튜닝된 모델을 배포합니다"
        let ids = tokenizer.encode(Array(text.utf8), parsingSpecialTokens: false)
        var stream = TextStream(tokenizer)
        let parts = ids.map { stream.append($0) }
        #expect(parts.joined() == text)
        #expect(!parts.contains { $0.contains("\u{FFFD}") })
        #expect(parts.contains(""))
    }

    @Test func `the end tokens are those of llama.cpp`() throws {
        #expect(try DefaultModel.file().tokenizer.endTokens == [0, 2])
    }
}
