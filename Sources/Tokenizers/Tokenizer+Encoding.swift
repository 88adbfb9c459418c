extension Tokenizer {
    /// The tokens of a text.
    ///
    /// - Parameters:
    ///   - parsingSpecialTokens: Whether control tokens spelled out in the text become those
    ///     tokens. Text of a user or of a document must be encoded without.
    ///   - addingBOS: Whether `opening`, or else `bos`, if there is one, comes first.
    ///   - addingEOS: Whether `closing`, or else `eos`, if there is one, comes last.
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

    /// The tokens of a text with their bytes in it, where control tokens are recognized only in
    /// ranges that permit them.
    package func encode(
        _ text: [UInt8],
        permitsControl: (Range<Int>) -> Bool
    ) -> (ids: [Int32], ranges: [Range<Int>]) {
        var encoder = TextEncoder(self, recordsRanges: true)
        text.withUnsafeBufferPointer { encoder.encode($0, permitsControl: permitsControl) }
        return (encoder.ids, encoder.ranges)
    }
}
