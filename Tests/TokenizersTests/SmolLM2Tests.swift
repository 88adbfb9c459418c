import Foundation
import ModelFiles
import Testing
import Tokenizers

/// The vocabulary and template of the default model.
private enum SmolLM2 {
    static let file = Result {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache"
        return try ModelFile.open(path: cache + "/workbench/models/smollm2-135m-instruct.gguf")
    }

    static func tokenizer() throws -> Tokenizer { try file.get().tokenizer }

    static func template() throws -> ChatTemplate { try #require(file.get().chatTemplate) }
}

/// Against what `transformers` gives for the same model.
@Suite struct SmolLM2Tests {
    struct Tokenization: Decodable, CustomTestStringConvertible {
        let text: String
        let ids: [Int32]

        var testDescription: String { text }
    }

    @Test(arguments: try fixture("tokenization", as: [Tokenization].self))
    func `a text has the tokens that transformers finds`(_ example: Tokenization) throws {
        let tokenizer = try SmolLM2.tokenizer()
        let bytes = Array(example.text.utf8)
        #expect(tokenizer.encode(bytes, parsingSpecialTokens: true) == example.ids)
        #expect(tokenizer.decode(example.ids, skippingControlTokens: false) == bytes)
    }

    @Test(arguments: try fixture("chat_template", as: [PublishedTemplate.Render].self))
    func `a conversation is written as transformers writes it`(
        _ render: PublishedTemplate.Render
    ) throws {
        let template = try SmolLM2.template()
        for (asks, expected) in [(false, render.text), (true, render.generationPromptText)] {
            let chat = try template.render(render.messages, addingGenerationPrompt: asks)
            #expect(chat.text == expected)
            let tokenizer = try SmolLM2.tokenizer()
            #expect(
                tokenizer.encode(chat).ids
                    == tokenizer.encode(Array(expected.utf8), parsingSpecialTokens: true)
            )
        }
    }

    @Test func `training targets end with the end of the turn`() throws {
        let tokenizer = try SmolLM2.tokenizer()
        let (chat, targets) = try SmolLM2.template().renderForTraining([
            .user("안녕?"), .assistant("네, <|im_end|> 반갑습니다."), .user("1+1?"), .assistant("2"),
        ])
        #expect(
            targets.map(chat.text) == ["네, <|im_end|> 반갑습니다.<|im_end|>\n", "2<|im_end|>\n"]
        )
        let encoded = tokenizer.encode(chat)
        let ends = encoded.ids.count { $0 == tokenizer.eos }
        #expect(ends == 5)
    }

    @Test func `bytes of an answer in Hangul stream as whole characters`() throws {
        let tokenizer = try SmolLM2.tokenizer()
        let text = "파인튜닝된 모델을 배포합니다"
        let ids = tokenizer.encode(Array(text.utf8), parsingSpecialTokens: false)
        var stream = TextStream(tokenizer)
        let parts = ids.map { stream.append($0) }
        #expect(parts.joined() == text)
        #expect(!parts.contains { $0.contains("\u{FFFD}") })
        #expect(parts.contains(""))
    }

    @Test func `the end tokens are those of llama.cpp`() throws {
        #expect(try SmolLM2.tokenizer().endTokens == [0, 2])
    }
}
