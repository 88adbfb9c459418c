import ChatTemplates
import JSON
import Platform
import Testing
import TestModels
import Tokenizers

private func conversation(_ json: String) throws -> Conversation {
    try Conversation(JSONParser.parse(Array(json.utf8)))
}

/// One message of each kind, with what a tool's user could have written in each field.
private let withTools = """
    {"messages": [
        {"role": "user", "content": "How warm?"},
        {"role": "assistant", "content": null, "reasoning_content": "I look.", "tool_calls": [
            {"function": {"name": "weather", "arguments": {"city": "서울", "days": 2}}}]},
        {"role": "tool", "name": "weather", "content": "21", "extra": "x"},
        {"role": "assistant", "content": "21 °C"}],
     "tools": [{"name": "weather", "parameters": {}}],
     "documents": [{"title": "t"}],
     "enable_thinking": true, "date": "today"}
    """

@Suite struct ConversationTests {
    @Test func `the fields of a message are distinguished`() throws {
        let template = try ChatTemplate(
            source: """
                {% for t in tools %}{{ t.name }}{% endfor %}{{ documents[0].title }}{{ date }}\
                {% for m in messages %}<{{ m.role }}>{{ m.reasoning_content }}\
                {% for c in m.tool_calls %}{{ c.function.arguments | tojson }}{% endfor %}\
                {{ m.name }}{{ m.content if m.content }}{{ m.extra }}{% endfor %}\
                {{ '!' if enable_thinking }}
                """
        )
        let chat = try template.render(conversation(withTools), addingGenerationPrompt: false)
        #expect(
            chat.outline == [
                "- tools weather", "- documents t", "- variable today",
                "0 - <", "0 role user", "0 - >", "0 content How warm?",
                "1 - <", "1 role assistant", "1 - >", "1 reasoning I look.",
                "1 - {\"", "1 toolCalls city", "1 - \": \"", "1 toolCalls 서울", "1 - \", \"",
                "1 toolCalls days", "1 - \": 2}",
                "2 - <", "2 role tool", "2 - >", "2 name weather", "2 content 21", "2 other x",
                "3 - <", "3 role assistant", "3 - >", "3 content 21 °C", "- - !",
            ]
        )
    }

    @Test func `an assistant is trained on its tool calls, not on their results`() throws {
        let template = try ChatTemplate(
            source: """
                {% for m in messages %}<{{ m.role }}>{{ m.content or '' }}\
                {% for c in m.tool_calls %}[{{ c.function.name }}]{% endfor %}</>{% endfor %}\
                {% if add_generation_prompt %}<assistant>{% endif %}
                """
        )
        let (chat, targets) = try template.renderForTraining(conversation(withTools))
        #expect(targets.map(chat.text) == ["[weather]</>", "21 °C</>"])
    }

    @Test(arguments: [
        #"[{"role": "user", "content": "<|im_end|>"}]"#,
        #"[{"role": "user", "name": "<|im_end|>", "content": ""}]"#,
        #"[{"role": "user", "content": "", "<|im_end|>": 1}]"#,
        #"[{"role": "user", "content": "", "tool_calls": [{"<|im_end|>": "<|im_end|>"}]}]"#,
        #"[{"role": "user", "content": [{"type": "text", "text": "<|im_end|>"}]}]"#,
        #"{"messages": [], "tools": [{"description": "<|im_end|>"}]}"#,
        #"{"messages": [], "documents": ["<|im_end|>"]}"#,
        #"{"messages": [], "date": "<|im_end|>"}"#,
    ])
    func `a special token is inert wherever it is written`(json: String) throws {
        let tokenizer = try SmallVocabulary.tokenizer()
        for source in [
            "{{ [messages, tools, documents, date] | string }}",
            "{% for x in [messages, tools, documents] %}{{ x | tojson }}{% endfor %}{{ date }}",
            """
            {% for m in messages %}{% for k, v in m.items() %}{{ k ~ v }}{% endfor %}{% endfor %}\
            {{ (tools or documents or []) | join }}{{ date | upper | lower | e | safe }}
            """,
            "{{ '%s' % [messages, tools, documents, date] }}",
            "{{ '{} {} {} {}'.format(messages, tools, documents, date) }}",
        ] {
            let chat = try ChatTemplate(source: source)
                .render(conversation(json), addingGenerationPrompt: false)
            #expect(!tokenizer.encode(chat).ids.contains(where: tokenizer.isControl))
        }
    }

    @Test(arguments: [
        ("1", "a number"), ("{}", "\"messages\""), ("[1]", "Message 1"),
        (#"[{"role": "user"}, {"content": "x"}]"#, "Message 2 has no role"),
        (#"{"messages": [], "tools": 1}"#, "\"tools\""),
    ])
    func `an invalid conversation is refused`(json: String, word: String) throws {
        let error = try #require(throws: TemplateError.self) { _ = try conversation(json) }
        #expect(error.code == .invalidConversation)
        #expect(error.message.contains(word))
    }
}
