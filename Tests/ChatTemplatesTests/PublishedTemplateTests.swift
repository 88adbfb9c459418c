import ChatTemplates
import Testing
import Tokenizers

@Suite struct PublishedTemplateTests {
    @Test(arguments: try fixture("published_templates", as: [PublishedTemplate].self))
    func `a published template gives what Jinja gives`(_ published: PublishedTemplate) throws {
        let template = try ChatTemplate(source: published.template)
        for render in published.renders {
            for (asks, expected) in [(false, render.text), (true, render.generationPromptText)] {
                let chat = try template.render(
                    render.messages,
                    addingGenerationPrompt: asks,
                    bosToken: Array("<s>".utf8),
                    eosToken: Array("</s>".utf8)
                )
                #expect(chat.text == expected)
            }
        }
    }

    @Test(arguments: [
        (
            "llama3",
            ["서울<|eot_id|>", "<think>\nEasy.\n</think>\n\nTokyo<|eot_id|>"]
        ),
        (
            "chatml",
            ["서울<|im_end|>\n", "<think>\nEasy.\n</think>\n\nTokyo<|im_end|>\n"]
        ),
        // The space before an answer is the template's, and there is no generation prompt.
        ("mistral", ["서울</s>", "<think>\nEasy.\n</think>\n\nTokyo</s>"]),
        ("gemma", ["서울<end_of_turn>\n", "<think>\nEasy.\n</think>\n\nTokyo<end_of_turn>\n"]),
        ("thinking", ["서울<|im_end|>\n", "<think>\nEasy.\n</think>\n\nTokyo<|im_end|>\n"]),
        ("phi", ["서울<|end|>\n", "<think>\nEasy.\n</think>\n\nTokyo<|end|>\n"]),
        ("macro", ["서울</ASSISTANT>", "<think>\nEasy.\n</think>\n\nTokyo</ASSISTANT>"]),
    ])
    func `an assistant is trained on its answers and their ends`(
        name: String,
        expected: [String]
    ) throws {
        let template = try PublishedTemplate.named(name)
        let (chat, targets) = try template.renderForTraining(
            [
                .system("Be brief."), .user("한국의 수도?"), .assistant("서울"),
                .user("And of Japan?"), .assistant("<think>\nEasy.\n</think>\n\nTokyo"),
            ],
            bosToken: Array("<s>".utf8),
            eosToken: Array("</s>".utf8)
        )
        let texts = targets.map(chat.text)
        // Text before the next message, on its line, belongs to that message.
        #expect(
            texts.map { $0.hasSuffix(">\n") && name == "macro" ? String($0.dropLast()) : $0 }
                == expected
        )
    }
}
