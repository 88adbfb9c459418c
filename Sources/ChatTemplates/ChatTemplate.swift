internal import Glibc
internal import JSON
public import Tokenizers

/// A model's chat template: a program in a subset of Jinja that renders messages as text.
public struct ChatTemplate: Sendable {
    /// The template as published.
    public let source: String
    /// Sixteen hexadecimal digits that identify the template (FNV-1a of the source's bytes).
    public let digest: String

    /// Sixty times the size of the longest published template; the tokens of such a source still
    /// fit easily into memory.
    private static let maxSourceByteCount = 1 << 20

    /// Whether the template itself marks the assistant's text.
    let marksGeneration: Bool
    private let statements: [TemplateStatement]
    private let clock: @Sendable () -> Int

    /// Parses a template.
    ///
    /// - Parameters:
    ///   - clock: Returns the seconds since 1970, for templates that write today's date; the
    ///     system's if nil.
    /// - Throws: `TemplateError` with the code `syntax`, naming the line.
    public init(
        source: String,
        clock: (@Sendable () -> Int)? = nil
    ) throws(TemplateError) {
        let bytes = Array(source.utf8)
        guard bytes.count <= Self.maxSourceByteCount else {
            throw .syntax(
                1,
                "it has \(bytes.count) bytes where \(Self.maxSourceByteCount) are the most"
            )
        }
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
    ///   - addingGenerationPrompt: Whether the text ends with the head of the assistant's turn.
    ///   - bosToken: The value of `bos_token`.
    ///   - eosToken: The value of `eos_token`.
    /// - Throws: `TemplateError`, naming the template's line.
    public func render(
        _ messages: [Message],
        addingGenerationPrompt: Bool,
        bosToken: [UInt8] = [],
        eosToken: [UInt8] = []
    ) throws(TemplateError) -> RenderedChat {
        try render(
            Conversation(messages),
            addingGenerationPrompt: addingGenerationPrompt,
            bosToken: bosToken,
            eosToken: eosToken
        )
    }

    /// Renders a conversation, with its tools and documents, as the text that a model reads.
    ///
    /// - Parameters: as for plain messages.
    /// - Throws: `TemplateError`, naming the template's line.
    public func render(
        _ conversation: Conversation,
        addingGenerationPrompt: Bool,
        bosToken: [UInt8] = [],
        eosToken: [UInt8] = []
    ) throws(TemplateError) -> RenderedChat {
        let text = try text(
            of: conversation,
            addingGenerationPrompt: addingGenerationPrompt,
            bosToken: bosToken,
            eosToken: eosToken
        )
        return RenderedChat(text)
    }

    /// The tokens of a conversation up to the assistant's next turn.
    ///
    /// - Throws: `TemplateError`, naming the template's line.
    public func prompt(
        _ messages: [Message],
        tokenizer: Tokenizer
    ) throws(TemplateError) -> [Int32] {
        let chat = try render(
            messages,
            addingGenerationPrompt: true,
            bosToken: tokenizer.bos.map(tokenizer.bytes(of:)) ?? [],
            eosToken: tokenizer.eos.map(tokenizer.bytes(of:)) ?? []
        )
        return tokenizer.encode(chat).ids
    }

    /// The rendered text, with the origin of its bytes.
    func text(
        of conversation: Conversation,
        addingGenerationPrompt: Bool,
        bosToken: [UInt8],
        eosToken: [UInt8]
    ) throws(TemplateError) -> TemplateText {
        func list(_ values: [JSONValue]?, _ field: RenderedChat.Field) -> TemplateValue {
            let origin = TemplateOrigin(field: field)
            return values.map { .init(.array($0), origin: origin) } ?? .none
        }
        var variables: [String: TemplateValue] = [
            "bos_token": .text(TemplateText(bosToken)),
            "eos_token": .text(TemplateText(eosToken)),
        ]
        for (name, value) in conversation.variables.members {
            variables[name.text] = .init(value, origin: TemplateOrigin(field: .variable))
        }
        variables["messages"] = .list(
            TemplateList(
                conversation.objects.enumerated().map { .init(message: $1, number: $0) }
            )
        )
        variables["tools"] = list(conversation.tools, .tools)
        variables["documents"] = list(conversation.documents, .documents)
        variables["add_generation_prompt"] = .boolean(addingGenerationPrompt)
        let interpreter = TemplateInterpreter(
            variables: variables,
            inputBytes: conversation.textByteCount,
            clock: clock
        )
        return try interpreter.run(statements)
    }
}

extension Conversation {
    fileprivate var textByteCount: Int {
        objects.reduce(variables.textByteCount) { $0 + $1.textByteCount }
            + JSONValue.array((tools ?? []) + (documents ?? [])).textByteCount
    }
}

extension RenderedChat {
    /// The text, with adjacent runs joined that differ only in what training needs.
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
