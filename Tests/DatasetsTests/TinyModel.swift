import ChatTemplates
import Datasets
import Tokenizers

/// A tokenizer with one token per byte, two control tokens, and a ChatML template.
enum TinyModel {
    static let start: Int32 = 256
    static let end: Int32 = 257

    static let chatML = """
        {% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] \
        + '<|im_end|>' + '\\n' }}{% endfor %}\
        {% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
        """

    static func tokenizer(eos: Int32? = end, addsBOS: Bool = false) throws -> Tokenizer {
        try Tokenizer(
            vocabulary: Vocabulary(
                tokens: byteTokens + ["<|im_start|>", "<|im_end|>"].map { Array($0.utf8) },
                types: byteTokens.map { _ in .normal } + [.control, .control]
            ),
            preTokenizer: .gpt2,
            merges: [],
            bos: start,
            eos: eos,
            addsBOS: addsBOS
        )
    }

    static func renderer(
        template: String? = chatML,
        sequenceLength: Int = 256
    ) throws -> ExampleRenderer {
        ExampleRenderer(
            tokenizer: try tokenizer(),
            template: try template.map { try ChatTemplate(source: $0) },
            sequenceLength: sequenceLength
        )
    }

    /// GPT-2's alphabet: a printable character for each byte.
    private static let byteTokens: [[UInt8]] = {
        var next: UInt32 = 256
        return (UInt32(0)..<256).map { byte in
            var scalar = byte
            if ![33...126, 161...172, 174...255].contains(where: { $0.contains(byte) }) {
                scalar = next
                next += 1
            }
            return Unicode.Scalar(scalar).map { Array(String(Character($0)).utf8) } ?? []
        }
    }()
}

/// A record of a conversation: user and assistant in turns.
func conversation(_ contents: String..., line: Int = 1) -> Record {
    let messages = contents.enumerated().map {
        Message(role: $0.offset.isMultiple(of: 2) ? "user" : "assistant", content: $0.element)
    }
    return Record(
        .conversation(Conversation(messages)),
        source: RecordSource(file: "rows.jsonl", line: line)
    )
}
