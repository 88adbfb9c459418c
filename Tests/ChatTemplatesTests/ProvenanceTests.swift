import ChatTemplates
import Testing
import Tokenizers

private func render(_ source: String, _ messages: [Message]) throws -> RenderedChat {
    try ChatTemplate(source: source).render(messages, addingGenerationPrompt: true)
}

@Suite struct ProvenanceTests {
    let messages: [Message] = [.user(" Hé llo "), .assistant("Yes")]

    @Test func `every byte has the message and field that it comes from`() throws {
        let chat = try render(
            """
            top{% for m in messages %}<{{ m.role }}>{{ m['content'] }}!{% endfor %}\
            {% if add_generation_prompt %}<assistant>{% endif %}
            """,
            messages
        )
        #expect(
            chat.outline == [
                "- - top", "0 - <", "0 role user", "0 - >", "0 content  Hé llo ", "0 - !",
                "1 - <", "1 role assistant", "1 - >", "1 content Yes", "1 - !", "- - <assistant>",
            ]
        )
    }

    @Test(arguments: [
        ("m.content | trim", ["Hé llo"]),
        ("m.content.strip().upper()", ["HÉ LLO"]),
        ("m.content[1:3]", ["Hé"]),
        ("m.content[::-1]", [" oll éH "]),
        ("m.content.split()[1]", ["llo"]),
        ("m.content | replace('l', '__')", [" Hé ", "____", "o "]),
        ("'<' ~ m.content ~ '>'", ["<", " Hé llo ", ">"]),
        ("[m.content, m.content] | join('|')", [" Hé llo ", "|", " Hé llo "]),
        ("m.content | tojson", ["\"", " Hé llo ", "\""]),
        ("[m.content]", ["['", " Hé llo ", "']"]),
        ("{'k': m.content} | tojson", ["{\"k\": \"", " Hé llo ", "\"}"]),
        ("m.content | indent(2, true)", ["  ", " Hé llo "]),
        ("m.content | list | join", [" Hé llo "]),
        ("m.content.split('é') | last", [" llo "]),
        ("(m.content * 2) | title", [" Hé Llo  Hé Llo "]),
        ("m.content.removeprefix(' ')", ["Hé llo "]),
        ("[m] | map(attribute='content') | first", [" Hé llo "]),
        ("f(m.content)", ["(", " Hé llo ", ")"]),
        ("m.content | length", ["8"]),
    ])
    func `the origin of bytes survives operations on them`(
        expression: String,
        expected: [String]
    ) throws {
        let source = """
            {%- macro f(x) %}({{ x }}){% endmacro -%}
            {%- for m in messages[:1] %}{{ \(expression) }}{% endfor %}
            """
        let chat = try render(source, messages)
        #expect(chat.spans.map { chat.text(in: $0.range) } == expected)
        let isMessageText = expected.map { $0.contains { "Hhéo".contains($0) } }
        #expect(chat.spans.map { $0.field == .content } == isMessageText)
        #expect(chat.spans.allSatisfy { $0.message == 0 })
    }

    @Test(arguments: [
        "{% for m in messages[1:] %}[{{ m.content }}]{% endfor %}",
        "{% set rest = messages[1:] %}{% for m in rest %}[{{ m.content }}]{% endfor %}",
        "{% for m in messages if m.role == 'assistant' %}[{{ m.content }}]{% endfor %}",
        "{% for m in messages | selectattr('role', 'eq', 'assistant') %}[{{ m.content }}]"
            + "{% endfor %}",
        "{% for m in [{'role': 'x', 'content': messages[1].content}] %}[{{ m.content }}]"
            + "{% endfor %}",
        "{% for m in messages | reverse %}{% if loop.first %}[{{ m.content }}]{% endif %}"
            + "{% endfor %}",
        "{% for m in messages[1:] %}{% for c in ['['] %}{{ c }}{% endfor %}{{ m.content }}]"
            + "{% endfor %}",
        "{% set ns = namespace(t='') %}{% for m in messages[1:] %}"
            + "{% set ns.t = ns.t ~ '[' ~ m.content ~ ']' %}{% endfor %}{{ ns.t }}",
        "{% for m in messages[1:] %}{% set t %}[{{ m.content }}]{% endset %}{{ t }}{% endfor %}",
    ])
    func `a loop over a part of the messages keeps their indices`(source: String) throws {
        let chat = try render(source, messages)
        #expect(chat.outline == ["1 - [", "1 content Yes", "1 - ]"])
    }

    @Test func `a system message written into a user's turn stays the system's`() throws {
        let template = try PublishedTemplate.named("gemma")
        let chat = try template.render(
            [.system("S"), .user("U")],
            addingGenerationPrompt: false
        )
        #expect(
            chat.outline == [
                "1 - <start_of_turn>", "1 role user", "1 - \n", "0 content S", "1 - \n\n",
                "1 content U", "1 - <end_of_turn>\n",
            ]
        )
    }
}

@Suite struct TrainingTargetTests {
    private func targets(_ source: String, _ messages: [Message]) throws -> [String] {
        let (chat, targets) = try ChatTemplate(source: source).renderForTraining(messages)
        return targets.map(chat.text)
    }

    @Test func `generation blocks of a template are the targets`() throws {
        let source = """
            {% for m in messages %}<{{ m.role }}>\
            {% if m.role == 'assistant' %}{% generation %}{{ m.content }}!{% endgeneration %}#\
            {% else %}{{ m.content }}{% endif %}{% endfor %}
            """
        let messages: [Message] = [.user("a"), .assistant("b"), .user("c"), .assistant("d")]
        #expect(try targets(source, messages) == ["b!", "d!"])
        let plain = source.replacing("{% generation %}", with: "")
            .replacing("{% endgeneration %}", with: "")
        #expect(try targets(plain, messages) == ["b!#", "d!#"])
    }

    @Test func `generation blocks count inside macros and captures`() throws {
        let source = """
            {% macro answer(m) %}({% generation %}{{ m.content }}{% endgeneration %}){% endmacro %}\
            {% for m in messages %}{% set t %}{{ answer(m) }}{% endset %}{{ t }}{% endfor %}
            """
        #expect(try targets(source, [.assistant("b"), .assistant("d")]) == ["b", "d"])
    }

    @Test func `another template changes text and targets`() throws {
        let messages: [Message] = [.user("Hi"), .assistant("Hello")]
        let (first, firstTargets) = try PublishedTemplate.named("chatml")
            .renderForTraining(messages)
        let (second, secondTargets) = try PublishedTemplate.named("llama3")
            .renderForTraining(messages)
        #expect(first.text != second.text)
        #expect(firstTargets.map(first.text) == ["Hello<|im_end|>\n"])
        #expect(secondTargets.map(second.text) == ["Hello<|eot_id|>"])
    }

    @Test func `a first message of the assistant starts at its content`() throws {
        let source = """
            {% for m in messages %}{% if loop.first %}<s>{% endif %}<{{ m.role }}>{{ m.content }}\
            </>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}
            """
        #expect(try targets(source, [.assistant("a"), .assistant("b")]) == ["a</>", "b</>"])
    }

    @Test func `an empty answer trains its end of turn`() throws {
        let template = try PublishedTemplate.named("chatml")
        let (chat, targets) = try template.renderForTraining([.user("Hi"), .assistant("")])
        #expect(targets.map(chat.text) == ["<|im_end|>\n"])
    }

    @Test func `an answer that repeats the prompt's text is not mistaken for it`() throws {
        let template = try PublishedTemplate.named("chatml")
        let content = "<|im_start|>assistant\nHello"
        let (chat, targets) = try template.renderForTraining([.user(content), .assistant(content)])
        #expect(targets.map(chat.text) == [content + "<|im_end|>\n"])
    }

    @Test func `a conversation without an assistant has no targets`() throws {
        let template = try PublishedTemplate.named("chatml")
        #expect(try template.renderForTraining([.user("Hi")]).targets.isEmpty)
    }

    @Test func `a template may write a prompt only after a user`() throws {
        let source = """
            {% for m in messages %}<{{ m.role }}>\n{{ m.content }}</>{% endfor %}\
            {% if add_generation_prompt and messages[-1].role == 'user' %}<assistant>\n{% endif %}
            """
        #expect(try targets(source, [.user("q"), .assistant("")]) == ["</>"])
    }
}
