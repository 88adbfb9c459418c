/// Documents behind each other, cut into sequences to continue a model's training on.
///
/// A document is what the model expects in front of it, its tokens, and the end-of-text token. The
/// stream is cut every `sequenceLength` tokens, the last sequence is as long as is left, and nothing
/// is dropped. A sequence that begins within a document begins with the model's opening, put before
/// its tokens and in place of none, or, where the model has no opening, with the last token of the
/// sequence before, to predict from. So every token but the very first is learnt exactly once.
public struct DocumentStream: Sendable, Equatable {
    /// A document's own tokens.
    public struct Document: Sendable, Equatable {
        /// The tokens, without any before or behind them.
        public let ids: [Int32]
        /// Where it was read.
        public let source: RecordSource

        /// Creates a document of tokens.
        public init(ids: [Int32], source: RecordSource) {
            self.ids = ids
            self.source = source
        }
    }

    /// The maximum number of tokens of a sequence.
    public let sequenceLength: Int
    /// What the model expects in front of a text, such as its BOS token; empty for nothing.
    public let opening: [Int32]
    /// What stands behind a document; nil for nothing.
    public let endOfText: Int32?

    /// Describes a stream; a sequence must have room for the opening and a token.
    public init(sequenceLength: Int, opening: [Int32], endOfText: Int32?) {
        precondition(sequenceLength >= 2, "a sequence needs a token and one to predict from it")
        self.sequenceLength = sequenceLength
        self.opening = opening.count < sequenceLength ? opening : []
        self.endOfText = endOfText
    }

    /// The sequences of documents, in their order.
    public func sequences(of documents: [Document]) -> [Example] {
        var sequences: [Example] = []
        var ids: [Int32] = []
        var isTarget: [Bool] = []
        var source: RecordSource?
        func close() {
            if let source, isTarget.contains(true) {
                sequences.append(Example(ids: ids, isTarget: isTarget, source: source))
            }
        }
        /// Ends a full sequence and begins the next, for a token of this document.
        func makeRoom(in document: Document) {
            guard ids.count == sequenceLength else { return }
            close()
            let start = opening.isEmpty ? [ids[ids.count - 1]] : opening
            ids = start
            isTarget = start.map { _ in false }
            source = document.source
        }
        for document in documents {
            let end = endOfText.map { [$0] } ?? []
            for id in opening + document.ids + end {
                if source == nil { source = document.source }
                makeRoom(in: document)
                isTarget.append(!ids.isEmpty)
                ids.append(id)
            }
        }
        close()
        return sequences
    }
}
