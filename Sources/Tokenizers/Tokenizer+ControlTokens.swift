extension Tokenizer {
    /// A control token that a text spells out.
    public struct SpelledToken: Sendable, Equatable {
        /// The token.
        public let id: Int32
        /// Its bytes in the text.
        public let range: Range<Int>
    }

    /// The control tokens that a text spells out, in order; the unknown token is not among them.
    public func spelledControlTokens(in text: [UInt8]) -> [SpelledToken] {
        var found: [SpelledToken] = []
        text.withUnsafeBufferPointer { bytes in
            for finder in [addedTokens, editedTokens] {
                var start = 0
                while let match = finder.firstMatch(
                    in: bytes,
                    from: start,
                    permitsControl: { _ in true }
                ) {
                    start = match.range.upperBound
                    guard match.token.isControl, match.token.id != unknown,
                        types[Int(match.token.id)] != .unknown
                    else { continue }
                    found.append(SpelledToken(id: match.token.id, range: match.range))
                }
            }
        }
        return found.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }
}
