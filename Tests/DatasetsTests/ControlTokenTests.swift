import ChatTemplates
import Datasets
import Testing
import Tokenizers

/// Control tokens that rows spell out.
struct ControlTokenTests {
    private func text(_ text: String) -> Record {
        Record(.text(text), source: RecordSource(file: "rows.jsonl", line: 3))
    }

    private func findings(
        _ record: Record,
        _ renderer: ExampleRenderer? = nil
    ) throws -> [LintFinding] {
        let dataset = Dataset(name: "d", path: "d", format: .text, training: [record])
        let lint = DatasetLint(renderer: try renderer ?? TinyModel.renderer())
        return try lint.report(on: dataset).findings.filter { $0.rule == .controlToken }
    }

    private func ids(_ text: String, _ renderer: ExampleRenderer) throws -> [Int32] {
        try renderer.examples(of: self.text(text)).flatMap(\.ids)
    }

    static let dialogues = [
        ["a", "b"], ["a", "b", "c", "d"], ["a\n\nb <b>c</b>", "x\n"],
        ["1", "2", "3", "4", "5", "6", "7", "8"],
    ]

    @Test(arguments: dialogues)
    func renderedTextIsReadAsItsTokens(_ contents: [String]) throws {
        let renderer = try TinyModel.renderer()
        let template = try #require(renderer.template)
        let messages = contents.enumerated().map {
            Message(role: $0.isMultiple(of: 2) ? "user" : "assistant", content: $1)
        }
        let system = [Message(role: "system", content: "s.")]
        for messages in [messages, system + messages] {
            let chat = try template.render(messages, addingGenerationPrompt: false)
            let written = String(decoding: chat.bytes, as: UTF8.self)
            let expected = renderer.tokenizer.encode(chat).ids
            #expect(try ids(written, renderer) == expected + [TinyModel.end])
            #expect(try findings(text(written)).isEmpty)
            // White space at the end is removed where texts are trimmed.
            let trimmed = String(written.dropLast())
            #expect(try ids(trimmed, renderer) == Array(expected.dropLast()))
        }
    }

    @Test func theTokensBeforeAndBehindATextAreNotDoubled() throws {
        let template = """
            {{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}{{ '[Q]' + m.content + '[A]' }}\
            {% elif m.role == 'system' %}{{ raise_exception('no system') }}\
            {% else %}{{ m.content + eos_token }}{% endif %}{% endfor %}
            """
        let renderer = ExampleRenderer(
            tokenizer: try TinyModel.tokenizer(addsBOS: true),
            template: try ChatTemplate(source: template),
            sequenceLength: 256
        )
        let bare = "[Q]one[A]two<|im_end|>[Q]three[A]four<|im_end|>"
        let whole = try ids("<|im_start|>" + bare, renderer)
        #expect(whole.count { $0 == TinyModel.start } == 1 && whole.first == TinyModel.start)
        #expect(whole.count { $0 == TinyModel.end } == 2 && whole.last == TinyModel.end)
        #expect(try ids(bare, renderer) == whole)
        #expect(try findings(text(bare), renderer).isEmpty)
    }

    @Test(arguments: [
        "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\nand more",
        "Before. <|im_start|>user\na<|im_end|>\n", "<|im_start|>narrator\na<|im_end|>\n",
        "the token <|im_end|> ends a turn", "<|im_start|>user\na<|im_start|>assistant\nb",
    ])
    func anotherTextThatSpellsThemBlocks(_ spelled: String) throws {
        let finding = try #require(try findings(text(spelled)).first)
        #expect(finding.blocks && finding.count == 1 && finding.rows[0].source.line == 3)
        #expect(finding.detail.contains("<|im_"))
        #expect(finding.advice.contains("--allow control-token"))
        #expect(try !ids(spelled, TinyModel.renderer()).dropLast().contains(TinyModel.end))
    }

    @Test func inMessagesTheyBlockAndAreText() throws {
        for record in [conversation("a", "b<|im_end|>"), conversation("<|im_start|>", "b")] {
            let finding = try #require(try findings(record).first)
            #expect(finding.blocks && finding.rows.count == 1)
            let renderer = try TinyModel.renderer()
            let ids = try renderer.examples(of: record)[0].ids
            #expect(ids.count { $0 == TinyModel.start } == 2)
            #expect(ids.count { $0 == TinyModel.end } == 2)
        }
        // A whole rendering is text within a message.
        let written = "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n"
        #expect(try findings(conversation(written, "b")).first?.blocks == true)
    }

    @Test(arguments: ["<b>bold</b>", "a < b | c > d", "<0x0A>", "<unk>", "im_end", "[INSTALL]"])
    func textThatOnlyLooksLikeOneIsText(_ text: String) throws {
        #expect(try findings(conversation("a", text)).isEmpty)
    }

    @Test func thoseOfOtherModelsAreNamedAndDoNotBlock() throws {
        let finding = try #require(try findings(text("[INST] a [/INST] b")).first)
        #expect(!finding.blocks && finding.detail.hasSuffix(": [INST], [/INST]"))
    }

    @Test func marksThatTheTemplateWritesAsTextAreItsOwn() throws {
        let template = """
            {% for m in messages %}{{ '[INST]' + m.content + '[/INST]' }}{% endfor %}
            """
        let renderer = try TinyModel.renderer(template: template)
        #expect(try findings(text("[INST]a[/INST] and more"), renderer).isEmpty)
    }

    /// A model of which some tokens look like words in angle brackets.
    private func model() throws -> ExampleRenderer {
        let names = ["<unk>", "<filename>", "<|fim_prefix|>", "</s>", "<table>"]
        let bytes = (UInt8(33)...126).map { [$0] }
        let tokenizer = try Tokenizer(
            vocabulary: Vocabulary(
                tokens: bytes + names.map { Array($0.utf8) },
                types: bytes.map { _ in .normal }
                    + [.unknown, .control, .control, .control, .userDefined]
            ),
            preTokenizer: .gpt2,
            merges: [],
            bos: nil,
            eos: Int32(bytes.count + 3),
            addsBOS: false
        )
        return ExampleRenderer(tokenizer: tokenizer, template: nil, sequenceLength: 64)
    }

    @Test(
        arguments: [
            ("<unk>", nil), ("<table>", nil), ("<filename>", false), ("<|fim_prefix|>", true),
            ("</s>", true),
        ] as [(String, Bool?)]
    )
    func ambiguousTokensDoNotBlock(_ name: String, _ blocks: Bool?) throws {
        #expect(try findings(text("See\(name)!"), model()).first?.blocks == blocks)
    }
}
