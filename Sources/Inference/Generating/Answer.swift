import Tokenizers

/// An answer while it grows: its tokens, and the text that is certain so far.
struct Answer {
    private(set) var ids: [Int32] = []
    private(set) var text = ""
    /// Whether the model ended its turn or a stop text was found.
    private(set) var isComplete = false
    private let endTokens: Set<Int32>
    private var stream: TextStream
    private var filter: StopFilter

    /// - Parameter startsText: Whether it follows a special token, such as a turn's header.
    init(_ tokenizer: Tokenizer, stop: [String], startsText: Bool) {
        endTokens = tokenizer.endTokens
        stream = TextStream(tokenizer, startsText: startsText)
        filter = StopFilter(stop)
    }

    /// Takes the next token and returns the text that became certain.
    mutating func append(_ id: Int32) -> String {
        ids.append(id)
        let isEnd = endTokens.contains(id)
        let piece = filter.append(isEnd ? "" : stream.append(id))
        isComplete = isEnd || filter.isStopped
        text += piece
        return piece
    }

    /// Ends the answer and returns the text that was held back.
    mutating func finish() -> String {
        let rest = filter.append(stream.finish()) + filter.finish()
        text += rest
        return rest
    }
}
