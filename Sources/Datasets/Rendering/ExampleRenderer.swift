public import ChatTemplates
public import Tokenizers

/// Renders rows to tokens and marks those to learn.
///
/// A conversation is rendered by the model's chat template. The text that the template writes for
/// an assistant's turn after its generation prompt is learnt; the spans of the rendering delimit
/// it. In a document every token but the first is learnt, and the end-of-text token after it too.
public struct ExampleRenderer: Sendable {
    /// How documents become sequences.
    public enum DocumentLayout: String, Sendable, Codable, CaseIterable {
        /// Each document is cut into sequences of its own, and sees no other one.
        case separate
        /// Documents follow each other in one stream that is cut into sequences of full length.
        case joined
    }

    /// The tokenizer of the model to train.
    public let tokenizer: Tokenizer
    /// The chat template of the model to train, if it has one.
    public let template: ChatTemplate?
    /// The maximum number of tokens of an example.
    public let sequenceLength: Int
    /// The token after a document, which is not a chat model's end of turn; nil for none.
    public var endOfText: Int32?
    /// How documents become sequences.
    public var documents = DocumentLayout.separate
    /// Recognizes documents that the template wrote.
    private let reader: RenderedTextReader?

    /// Creates a renderer for a model; the sequence length must be at least 2.
    public init(tokenizer: Tokenizer, template: ChatTemplate?, sequenceLength: Int) {
        precondition(sequenceLength >= 2, "an example needs a token and one to predict from it")
        self.tokenizer = tokenizer
        self.template = template
        self.sequenceLength = sequenceLength
        endOfText = tokenizer.endOfText
        reader = template.map { RenderedTextReader(template: $0, tokenizer: tokenizer) }
    }

    /// The examples of a row: one for a conversation, one per block of the sequence length for a
    /// document.
    ///
    /// - Throws: `DatasetError` that names the row: without target, too long, or refused by the
    ///   template.
    public func examples(of record: Record) throws -> [Example] {
        switch record.content {
        case .conversation(let dialogue):
            let example = try example(of: dialogue, source: record.source)
            guard example.ids.count <= sequenceLength else {
                throw DatasetError(
                    .tooLong,
                    at: record.source,
                    "the conversation has \(example.ids.count) tokens, the sequence length is "
                        + "\(sequenceLength)",
                    hint: "raise the sequence length, or shorten the row"
                )
            }
            return [example]
        case .text(let text):
            return try stream.sequences(of: [document(text, source: record.source)])
        }
    }

    /// The tokens of a conversation, however long, with the answers to learn marked.
    ///
    /// - Throws: `DatasetError` that names the row: without target, or refused by the template.
    public func example(of dialogue: Conversation, source: RecordSource) throws -> Example {
        let rendered = try rendered(dialogue, source: source)
        guard rendered.isTarget.contains(true) else {
            throw DatasetError(
                .noTarget,
                at: source,
                "no token of the row is learnt: the template writes nothing for the assistant"
            )
        }
        return Example(ids: rendered.ids, isTarget: rendered.isTarget, source: source)
    }

    /// The document as a rendering of the model's own chat template, with control tokens spelled
    /// out; nil for other texts.
    func renderedChat(_ text: String) -> RenderedChat? {
        let bytes = Array(text.utf8)
        guard let reader, !tokenizer.spelledControlTokens(in: bytes).isEmpty else { return nil }
        return reader.chat(of: bytes)
    }

    /// The tokens of a document, without opening and end-of-text.
    ///
    /// If the model's own chat template wrote all of it, its control tokens are parsed, and those
    /// before and after every document are not doubled.
    ///
    /// - Throws: `DatasetError.Code.noTarget` for a document of a single token.
    func document(_ text: String, source: RecordSource) throws -> DocumentStream.Document {
        var ids: [Int32]
        if let chat = renderedChat(text) {
            ids = tokenizer.encode(chat).ids
            if !stream.opening.isEmpty, ids.starts(with: stream.opening) {
                ids.removeFirst(stream.opening.count)
            }
            if let endOfText, ids.last == endOfText { ids.removeLast() }
        } else {
            ids = tokenizer.encode(
                Array(text.utf8),
                parsingSpecialTokens: false,
                addingBOS: false
            )
        }
        let count = stream.opening.count + ids.count + (endOfText == nil ? 0 : 1)
        guard count > 1 else {
            throw DatasetError(.noTarget, at: source, "the document is too short to learn from")
        }
        return DocumentStream.Document(ids: ids, source: source)
    }

    /// The stream that concatenates documents for this model.
    var stream: DocumentStream {
        DocumentStream(
            sequenceLength: sequenceLength,
            opening: tokenizer.opening,
            endOfText: endOfText
        )
    }
}

extension Tokenizer {
    /// Texts of tokens that end a document; chat models have another for the end of a turn.
    private static let documentEnds = ["<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>"]

    /// The token that ends a document: the base model's own if the vocabulary has it, else `eos`.
    public var endOfText: Int32? {
        let found = Self.documentEnds.lazy.compactMap { self.id(of: Array($0.utf8)) }
        return found.first(where: isControl) ?? eos
    }
}
