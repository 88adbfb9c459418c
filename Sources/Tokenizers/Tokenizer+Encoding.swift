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
    /// The tokens of a text.
    ///
    /// - Parameters:
    ///   - parsingSpecialTokens: whether control tokens spelled out in the text become those
    ///     tokens. Text of a user or of a document must be encoded without.
    ///   - addingBOS: whether `opening`, or else `bos`, if there is one, comes first.
    ///   - addingEOS: whether `closing`, or else `eos`, if there is one, comes last.
    public func encode(
        _ text: some Collection<UInt8>,
        parsingSpecialTokens: Bool,
        addingBOS: Bool = false,
        addingEOS: Bool = false
    ) -> [Int32] {
        var encoder = TextEncoder(self, recordsRanges: false)
        if addingBOS { encoder.ids += opening.isEmpty ? bos.map { [$0] } ?? [] : opening }
        let done: Void? = text.withContiguousStorageIfAvailable {
            encoder.encode($0) { _ in parsingSpecialTokens }
        }
        if done == nil {
            Array(text).withUnsafeBufferPointer {
                encoder.encode($0) { _ in parsingSpecialTokens }
            }
        }
        if addingEOS { encoder.ids += closing.isEmpty ? eos.map { [$0] } ?? [] : closing }
        return encoder.ids
    }

    /// The tokens of a rendered conversation: those of its whole text, except that control tokens
    /// are recognized only where the template wrote them.
    ///
    /// What a message spells out is text.
    public func encode(_ chat: RenderedChat) -> EncodedChat {
        var encoder = TextEncoder(self, recordsRanges: true)
        chat.bytes.withUnsafeBufferPointer {
            encoder.encode($0, permitsControl: chat.isWrittenByTemplate)
        }
        return EncodedChat(ids: encoder.ids, ranges: encoder.ranges)
    }
}
