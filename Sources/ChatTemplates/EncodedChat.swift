public import Tokenizers

/// A rendered conversation as tokens.
public struct EncodedChat: Sendable, Equatable {
    /// The tokens.
    public let ids: [Int32]
    /// For each token its bytes in the rendered text, in order.
    public let ranges: [Range<Int>]

    /// Creates an encoded chat of as many ranges as ids.
    public init(ids: [Int32], ranges: [Range<Int>]) {
        precondition(ids.count == ranges.count, "every token needs its range")
        self.ids = ids
        self.ranges = ranges
    }
}

extension Tokenizer {
    /// The tokens of a rendered conversation: those of its whole text, except that control tokens
    /// are recognized only where the template wrote them.
    ///
    /// Control tokens spelled out in messages are text.
    public func encode(_ chat: RenderedChat) -> EncodedChat {
        let tokens = encode(chat.bytes, permitsControl: chat.isWrittenByTemplate)
        return EncodedChat(ids: tokens.ids, ranges: tokens.ranges)
    }
}
