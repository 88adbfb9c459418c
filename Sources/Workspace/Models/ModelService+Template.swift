import ChatTemplates
import ModelFiles
import Platform
import Tokenizers

extension ModelService {
    /// A request to render conversations with a template.
    public struct TemplateRequest: Sendable {
        /// A model's name or file, for its tokenizer and template; nil for only a template.
        public var model: String?
        /// A template file to use instead of the model's.
        public var template: String?
        /// Files of conversations: a list of messages, or an object with `messages`, `tools` and
        /// variables beside them.
        public var conversations: [String]
        /// A file of tools for all conversations.
        public var tools: String?
        /// Whether the text ends with the header of the assistant's turn.
        public var addsGenerationPrompt = false
        /// Whether the origins of the text are reported, and, without a generation prompt, the
        /// trained parts.
        public var includesSpans = false
        /// Whether the text's tokens are reported.
        public var includesTokens = false

        /// Creates a request.
        public init(model: String?, template: String?, conversations: [String]) {
            self.model = model
            self.template = template
            self.conversations = conversations
        }
    }

    /// Renders conversations in order; one that fails is reported with its error.
    ///
    /// Blocks.
    public func render(
        _ request: TemplateRequest,
        each: (TemplateRendering) throws -> Void
    ) throws {
        let tokenizer = try request.model.map { try file($0).tokenizer }
        let template: ChatTemplate
        if let path = request.template {
            template = try WorkspaceError.translating { try ChatTemplate(source: Self.text(path)) }
        } else if let model = request.model {
            template = try WorkspaceError.translating { try file(model).requiredChatTemplate() }
        } else {
            throw WorkspaceError(
                .invalid,
                "There is neither a model nor a template.",
                hint: "Name a model, or a file with --template."
            )
        }
        let tools = try request.tools.map { try Array(Self.text($0).utf8) }
        for path in request.conversations {
            var rendering = TemplateRendering(file: path)
            do {
                var conversation = try Conversation(json: Array(Self.text(path).utf8))
                if let tools { try conversation.offer(toolsJSON: tools) }
                try render(conversation, template, tokenizer, request, into: &rendering)
            } catch {
                rendering.error = WorkspaceError(error).message
            }
            try each(rendering)
        }
    }

    private func render(
        _ conversation: Conversation,
        _ template: ChatTemplate,
        _ tokenizer: Tokenizer?,
        _ request: TemplateRequest,
        into rendering: inout TemplateRendering
    ) throws {
        func token(_ id: Int32?, _ standard: String) -> [UInt8] {
            guard let tokenizer else { return Array(standard.utf8) }
            return id.map(tokenizer.bytes(of:)) ?? []
        }
        let (bos, eos) = (token(tokenizer?.bos, "<s>"), token(tokenizer?.eos, "</s>"))
        let chat: RenderedChat
        var targets: [Range<Int>] = []
        if request.addsGenerationPrompt || !request.includesSpans {
            chat = try template.render(
                conversation,
                addingGenerationPrompt: request.addsGenerationPrompt,
                bosToken: bos,
                eosToken: eos
            )
        } else {
            (chat, targets) = try template.renderForTraining(
                conversation,
                bosToken: bos,
                eosToken: eos
            )
        }
        rendering.text = String(decoding: chat.bytes, as: UTF8.self)
        if request.includesSpans {
            rendering.spans = chat.spans.flatMap { span in
                span.range.cut(by: targets).map { range, isTarget in
                    TemplateRendering.Span(
                        start: range.lowerBound,
                        end: range.upperBound,
                        message: span.message,
                        role: span.message.flatMap(conversation.role(ofMessage:)),
                        field: span.field?.rawValue,
                        isTarget: isTarget
                    )
                }
            }
        }
        if request.includesTokens, let tokenizer {
            let encoded = tokenizer.encode(chat)
            rendering.ids = encoded.ids
            rendering.starts = encoded.ranges.map(\.lowerBound)
            rendering.controls = Set(encoded.ids).filter(tokenizer.isControl).sorted()
        }
    }

    private static func text(_ path: String) throws -> String {
        guard let bytes = try Files.read(path) else {
            throw WorkspaceError(.notFound, "There is no file \(path).", hint: "Check the path.")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw WorkspaceError(.invalid, "\(path) is not text in UTF-8.")
        }
        return text
    }
}

extension Range<Int> {
    /// Splits the range at the borders of the others, which are sorted.
    fileprivate func cut(by others: [Range<Int>]) -> [(Range<Int>, isInside: Bool)] {
        var parts: [(Range<Int>, isInside: Bool)] = []
        var start = lowerBound
        for other in others where other.overlaps(self) {
            let inner = other.clamped(to: self)
            if start < inner.lowerBound { parts.append((start..<inner.lowerBound, false)) }
            parts.append((inner, true))
            start = inner.upperBound
        }
        if start < upperBound { parts.append((start..<upperBound, false)) }
        return parts
    }
}
