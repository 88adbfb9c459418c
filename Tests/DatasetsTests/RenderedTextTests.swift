import ChatTemplates
import Datasets
import Foundation
import Testing
import Tokenizers

/// Rows that published templates rendered.
struct RenderedTextTests {
    struct Published: Decodable, CustomTestStringConvertible {
        let name: String
        let template: String
        var testDescription: String { name }
    }

    static func published() throws -> [Published] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = tests.appendingPathComponent(
            "ChatTemplatesTests/Fixtures/published_templates.json"
        )
        return try JSONDecoder().decode([Published].self, from: Data(contentsOf: file))
    }

    private static let control = [
        "<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|eot_id|>", "<|start_header_id|>",
        "<|end_header_id|>", "<start_of_turn>", "<end_of_turn>", "[INST]", "[/INST]", "<|user|>",
        "<|assistant|>", "<|end|>",
    ].map { Array($0.utf8) }

    private func renderer(_ source: String) throws -> ExampleRenderer {
        let bytes = (UInt8(33)...126).map { [$0] }
        let tokenizer = try Tokenizer(
            vocabulary: Vocabulary(
                tokens: bytes + Self.control,
                types: bytes.map { _ in .normal } + Self.control.map { _ in .control }
            ),
            preTokenizer: .gpt2,
            merges: [],
            bos: Int32(bytes.count),
            eos: Int32(bytes.count + 1),
            addsBOS: true
        )
        return ExampleRenderer(
            tokenizer: tokenizer,
            template: try ChatTemplate(source: source),
            sequenceLength: 4096
        )
    }

    @Test(arguments: try published())
    func theOutputOfAPublishedTemplateIsRecognized(_ published: Published) throws {
        let renderer = try renderer(published.template)
        let template = try #require(renderer.template)
        let said = [
            ("system", "Be brief."), ("user", "Two and two?"), ("assistant", "Four."),
            ("user", "And\n\nthree?"), ("assistant", "Seven: **7**."),
        ]
        for part in [said[1..<3], said[1...], said[0...]] {
            let messages = part.map { Message(role: $0.0, content: $0.1) }
            let chat = try? template.render(
                Array(messages),
                addingGenerationPrompt: false,
                bosToken: Self.control[0],
                eosToken: Self.control[1]
            )
            // Some refuse a system message.
            guard let chat else { continue }
            let text = String(decoding: chat.bytes, as: UTF8.self)
            let record = Record(.text(text), source: RecordSource(file: "f", line: 1))
            let data = Dataset(name: "d", path: "d", format: .text, training: [record])
            let report = try DatasetLint(renderer: renderer).report(on: data)
            #expect(
                !report.findings.contains { $0.rule == .controlToken && $0.blocks },
                "\(text)"
            )
            let ids = try renderer.examples(of: record)[0].ids
            let expected = renderer.tokenizer.encode(chat).ids
            #expect(ids.filter { $0 >= 94 }.count >= expected.filter { $0 >= 94 }.count, "\(text)")
        }
    }
}
