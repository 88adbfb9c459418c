import ChatTemplates
import ModelFiles
import Testing
import TestModels
import Tokenizers

/// Compared with the output of `transformers` for the default model.
@Suite struct SmolLM2TemplateTests {
    @Test(arguments: try fixture("chat_template", as: [PublishedTemplate.Render].self))
    func `a conversation is written as transformers writes it`(
        _ render: PublishedTemplate.Render
    ) throws {
        let template = try DefaultModel.file().requiredChatTemplate()
        for (asks, expected) in [(false, render.text), (true, render.generationPromptText)] {
            let chat = try template.render(render.messages, addingGenerationPrompt: asks)
            #expect(chat.text == expected)
            let tokenizer = try DefaultModel.file().tokenizer
            #expect(
                tokenizer.encode(chat).ids
                    == tokenizer.encode(Array(expected.utf8), parsingSpecialTokens: true)
            )
        }
    }

    @Test func `training targets end with the end of the turn`() throws {
        let tokenizer = try DefaultModel.file().tokenizer
        let (chat, targets) = try DefaultModel.file().requiredChatTemplate().renderForTraining([
            .user("안녕?"), .assistant("네, <|im_end|> 반갑습니다."), .user("1+1?"), .assistant("2"),
        ])
        #expect(
            targets.map(chat.text) == ["네, <|im_end|> 반갑습니다.<|im_end|>\n", "2<|im_end|>\n"]
        )
        let encoded = tokenizer.encode(chat)
        let ends = encoded.ids.count { $0 == tokenizer.eos }
        #expect(ends == 5)
    }
}
