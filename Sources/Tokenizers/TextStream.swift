/// Turns tokens into text as they come, holding back characters that are not complete yet.
///
/// A Hangul syllable takes three bytes, often spread over as many tokens.
public struct TextStream: Sendable {
    private let tokenizer: Tokenizer
    private let skippingControlTokens: Bool
    /// The first bytes of a character whose last ones have not come.
    private var pending: [UInt8] = []
    /// Whether a space would be the one that encoding puts in front of a text.
    private var isAtStart: Bool

    /// Creates a stream that starts at a character's first byte.
    ///
    /// - Parameter startsText: Whether a text starts with it, rather than continues: a space that
    ///   encoding puts in front of texts is left out then.
    public init(
        _ tokenizer: Tokenizer,
        skippingControlTokens: Bool = true,
        startsText: Bool = false
    ) {
        self.tokenizer = tokenizer
        self.skippingControlTokens = skippingControlTokens
        isAtStart = startsText && tokenizer.dropsFirstSpace
    }

    /// Takes the next token and returns the text that became complete with it, maybe none.
    ///
    /// Bytes that cannot be text become U+FFFD.
    public mutating func append(_ id: Int32) -> String {
        if skippingControlTokens, tokenizer.isControl(id) { return "" }
        var bytes = tokenizer.bytes(of: id)
        if isAtStart, let first = bytes.first {
            if first == 0x20 { bytes.removeFirst() }
            isAtStart = false
        }
        pending += bytes
        let complete = pending.count - Self.incompleteSuffixLength(of: pending)
        defer { pending.removeFirst(complete) }
        return String(decoding: pending[..<complete], as: UTF8.self)
    }

    /// Ends the stream and returns what was held back, as U+FFFD.
    public mutating func finish() -> String {
        defer { pending.removeAll() }
        return String(decoding: pending, as: UTF8.self)
    }

    /// The length of a sequence at the end that more bytes could make a character.
    private static func incompleteSuffixLength(of bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let byte = bytes[bytes.count - length]
            if byte & 0xC0 == 0x80 { continue }
            let needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC2 ? 2 : 1
            return byte <= 0xF4 && needed > length ? length : 0
        }
        return 0
    }
}
