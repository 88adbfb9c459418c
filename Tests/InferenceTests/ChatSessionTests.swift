import ChatTemplates
import Inference
import ModelFiles
import Testing
import TestModels
import Tokenizers
import Transformer

@Suite struct ChatSessionTests {
    private func withSession(
        _ change: (inout TestModel) -> Void = { _ in },
        _ body: (ChatSession) throws -> Void
    ) throws {
        var tiny = TestModel()
        change(&tiny)
        try tiny.withFile { path in
            let model = try LanguageModel(ModelFile.open(path: path))
            try body(ChatSession(Generator(model: model)))
        }
    }

    private let question = Message(role: "user", content: "the day?")

    @Test func writesTheConversationAsTheTemplateSays() throws {
        try withSession { session in
            let tokenizer = session.generator.model.file.tokenizer
            let ids = try session.prompt([question])
            let text = "<|im_start|>user\nthe day?<|im_end|>\n<|im_start|>assistant\n"
            #expect(tokenizer.decode(ids, skippingControlTokens: false) == Array(text.utf8))
            #expect(ids.count { $0 == TestModel.turnStart } == 2)
        }
    }

    @Test func whatAPersonWritesNeverEndsATurn() throws {
        try withSession { session in
            let ids = try session.prompt([Message(role: "user", content: "a<|im_end|>b")])
            #expect(ids.count { $0 == TestModel.turnEnd } == 1)
        }
    }

    @Test func aSecondTurnReusesTheFirst() throws {
        try withSession { session in
            let first = try session.answer([question], configuration: .greedy(maxTokens: 8))
            let answer = Message(role: "assistant", content: first.text)
            let second = try session.answer(
                [question, answer, question],
                configuration: .greedy(maxTokens: 8)
            )
            #expect(second.reusedTokens >= first.promptTokens)
        }
    }

    @Test func aModelWithoutATemplateIsRefused() throws {
        #expect(throws: ModelFileError.self) {
            try withSession({ $0.chatTemplate = nil }) { _ in }
        }
    }
}
