/// Concatenated documents, cut into sequences for continued pretraining.
///
/// A document is the model's opening, its tokens, and the end-of-text token. The stream is cut
/// every `sequenceLength` tokens, the last sequence has the rest, and nothing is dropped. A
/// sequence that begins inside a document begins with the model's opening, inserted before its
/// tokens, or, if the model has no opening, with the last token of the previous sequence, to
/// predict from. So every token but the very first is learnt exactly once.
public struct DocumentStream: Sendable, Equatable {
    /// A document's own tokens.
    public struct Document: Sendable, Equatable {
        /// The tokens, without opening and end-of-text.
        public let ids: [Int32]
        /// The position that it was read from.
        public let source: RecordSource

        /// Creates a document of tokens.
        public init(ids: [Int32], source: RecordSource) {
            self.ids = ids
            self.source = source
        }
    }

    /// The maximum number of tokens of a sequence.
    public let sequenceLength: Int
    /// The tokens that the model expects before a text, such as its BOS token; may be empty.
    public let opening: [Int32]
    /// The token after a document; nil for none.
    public let endOfText: Int32?

    /// Creates a stream; a sequence must have room for the opening and a token.
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
