public import Tokenizers

/// Renders rows to tokens and marks those to learn.
///
/// A conversation is rendered by the model's chat template; what the template writes for an
/// assistant's turn behind its generation prompt is learnt, found by the spans of the rendering.
/// Of a document every token but the first is learnt, and the end-of-text token behind it too.
public struct ExampleRenderer: Sendable {
    /// What becomes of a conversation longer than the sequence length.
    ///
    /// None is ever cut, since an answer without its end teaches a model not to stop.
    public enum OverLengthPolicy: String, Sendable, Codable, CaseIterable {
        /// Rendering fails and says how many there are.
        case refuse
        /// They are left out and reported.
        case drop
    }

    /// The tokenizer of the model to train.
    public let tokenizer: Tokenizer
    /// The chat template of the model to train, if it has one.
    public let template: ChatTemplate?
    /// The most tokens an example has.
    public let sequenceLength: Int

    /// Makes a renderer for a model; the sequence length must be at least 2.
    public init(tokenizer: Tokenizer, template: ChatTemplate?, sequenceLength: Int) {
        precondition(sequenceLength >= 2, "an example needs a token and one to predict from it")
        self.tokenizer = tokenizer
        self.template = template
        self.sequenceLength = sequenceLength
    }

    /// The examples of a row: one of a conversation, of a document one a block of the sequence
    /// length.
    ///
    /// - Throws: `DatasetError` that names the row: without target, too long, or refused by the
    ///   template.
    public func examples(of record: Record) throws -> [Example] {
        switch record.content {
        case .conversation(let messages):
            let example = try example(of: messages, source: record.source)
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
            return try blocks(of: text, source: record.source)
        }
    }

    // MARK: Conversations

    /// The tokens of a conversation, however long, with the assistant's turns marked.
    func example(of messages: [ChatMessage], source: RecordSource) throws -> Example {
        guard let template else {
            throw DatasetError(
                .template,
                "the model has no chat template, so conversations cannot be rendered",
                hint: "use an instruct model, or a dataset of plain text"
            )
        }
        let chat: RenderedChat
        let targets: [Range<Int>]
        do {
            (chat, targets) = try template.renderForTraining(
                messages,
                bosToken: tokenizer.bos.map(tokenizer.bytes(of:)) ?? [],
                eosToken: tokenizer.eos.map(tokenizer.bytes(of:)) ?? []
            )
        } catch {
            throw DatasetError(.template, at: source, "the chat template refuses the row: \(error)")
        }
        let encoded = tokenizer.encode(chat)
        let isTarget = Self.marks(encoded.ranges, within: targets)
        guard isTarget.contains(true) else {
            throw DatasetError(
                .noTarget,
                at: source,
                "no token of the row is learnt: the template writes nothing for the assistant"
            )
        }
        return Example(ids: encoded.ids, isTarget: isTarget, source: source)
    }

    /// Marks the tokens whose bytes begin inside a target; never the first.
    ///
    /// - Parameters:
    ///   - tokens: The bytes of each token, ascending, (T).
    ///   - targets: The bytes to learn, ascending.
    static func marks(_ tokens: [Range<Int>], within targets: [Range<Int>]) -> [Bool] {
        var target = targets.startIndex
        return tokens.enumerated().map { index, token in
            while target < targets.endIndex, targets[target].upperBound <= token.lowerBound {
                target += 1
            }
            guard index > 0, target < targets.endIndex else { return false }
            return targets[target].contains(token.lowerBound)
        }
    }

    // MARK: Documents

    /// The blocks of a document.
    ///
    /// Each block after the first begins with the last token of the one before, to predict from, so
    /// every token but the document's first is learnt exactly once.
    private func blocks(of text: String, source: RecordSource) throws -> [Example] {
        var ids = tokenizer.encode(
            Array(text.utf8),
            parsingSpecialTokens: false,
            addingBOS: tokenizer.addsBOS
        )
        if let eos = tokenizer.eos { ids.append(eos) }
        guard ids.count > 1 else {
            throw DatasetError(.noTarget, at: source, "the document is too short to learn from")
        }
        return stride(from: 0, to: ids.count - 1, by: sequenceLength - 1).map { start in
            let block = Array(ids[start..<min(start + sequenceLength, ids.count)])
            return Example(ids: block, isTarget: block.indices.map { $0 > 0 }, source: source)
        }
    }
}
