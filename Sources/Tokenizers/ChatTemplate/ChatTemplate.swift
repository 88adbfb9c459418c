import Glibc

/// A model's chat template: the program, in a subset of Jinja, that turns messages into text.
public struct ChatTemplate: Sendable {
    /// The template as published.
    public let source: String
    /// Sixteen hexadecimal digits that tell templates apart (FNV-1a over the source's bytes).
    public let digest: String

    /// Whether the template itself marks what an assistant writes.
    let marksGeneration: Bool
    private let statements: [TemplateStatement]
    private let clock: @Sendable () -> Int

    /// Parses a template.
    ///
    /// - Parameters:
    ///   - clock: gives the seconds since 1970, for templates that write today's date; the
    ///     system's if nil.
    /// - Throws: `TokenizerError` with the code `templateSyntax`, naming the line.
    public init(
        source: String,
        clock: (@Sendable () -> Int)? = nil
    ) throws(TokenizerError) {
        let bytes = Array(source.utf8)
        var parser = TemplateParser(try TemplateLexer.tokens(of: bytes))
        self.statements = try parser.parse()
        self.marksGeneration = parser.hasGenerationBlocks
        self.source = source
        self.clock = clock ?? { Int(time(nil)) }
        let hexadecimal = String(bytes.withUnsafeBufferPointer(\.fingerprint), radix: 16)
        self.digest = String(repeating: "0", count: 16 - hexadecimal.count) + hexadecimal
    }

    /// Renders messages as the text that a model reads.
    ///
    /// - Parameters:
    ///   - addingGenerationPrompt: whether the text ends with the head of the assistant's turn.
    ///   - bosToken: what the template writes for `bos_token`.
    ///   - eosToken: what the template writes for `eos_token`.
    /// - Throws: `TokenizerError`, naming the template's line.
    public func render(
        _ messages: [ChatMessage],
        addingGenerationPrompt: Bool,
        bosToken: [UInt8] = [],
        eosToken: [UInt8] = []
    ) throws(TokenizerError) -> RenderedChat {
        let text = try text(
            of: messages,
            addingGenerationPrompt: addingGenerationPrompt,
            bosToken: bosToken,
            eosToken: eosToken
        )
        return RenderedChat(text)
    }

    /// What the template writes, with all that is known of its bytes.
    func text(
        of messages: [ChatMessage],
        addingGenerationPrompt: Bool,
        bosToken: [UInt8],
        eosToken: [UInt8]
    ) throws(TokenizerError) -> TemplateText {
        let values = messages.enumerated().map { index, message in
            TemplateValue.mapping(
                TemplateMapping(
                    [
                        Self.entry("role", message.role, of: index, .role),
                        Self.entry("content", message.content, of: index, .content),
                    ],
                    message: index
                )
            )
        }
        let interpreter = TemplateInterpreter(
            variables: [
                "messages": .list(TemplateList(values)),
                "add_generation_prompt": .boolean(addingGenerationPrompt),
                "bos_token": .text(TemplateText(bosToken)),
                "eos_token": .text(TemplateText(eosToken)),
                "tools": .none,
                "documents": .none,
            ],
            inputBytes: messages.reduce(0) { $0 + $1.role.utf8.count + $1.content.utf8.count },
            clock: clock
        )
        return try interpreter.run(statements)
    }

    private static func entry(
        _ name: String,
        _ value: String,
        of message: Int,
        _ field: RenderedChat.Field
    ) -> (key: TemplateValue, value: TemplateValue) {
        let origin = TemplateOrigin(message: message, field: field)
        return (.text(TemplateText(name)), .text(TemplateText(Array(value.utf8), origin: origin)))
    }
}

extension RenderedChat {
    /// The text, with neighbouring runs joined that differ only in what training asks.
    init(_ text: TemplateText) {
        var spans: [Span] = []
        for run in text.runs {
            let start = spans.last?.range.upperBound ?? 0
            if let last = spans.last, last.message == run.origin.message,
                last.field == run.origin.field
            {
                spans[spans.count - 1].range = last.range.lowerBound..<run.end
            } else {
                spans.append(
                    Span(
                        range: start..<run.end,
                        message: run.origin.message,
                        field: run.origin.field
                    )
                )
            }
        }
        self.init(bytes: text.bytes, spans: spans)
    }
}
