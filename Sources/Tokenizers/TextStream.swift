/// Converts tokens to text one by one, holding back incomplete characters.
///
/// A Hangul syllable takes three bytes, often in as many tokens.
public struct TextStream: Sendable {
    private let tokenizer: Tokenizer
    private let skippingControlTokens: Bool
    /// The first bytes of an incomplete character.
    private var pending: [UInt8] = []
    /// Whether a space would be the one that encoding prepends to a text.
    private var isAtStart: Bool

    /// Creates a stream that starts at a character's first byte.
    ///
    /// - Parameter startsText: Whether a text starts here, rather than continues: a space that
    ///   encoding prepends to texts is left out then.
    public init(
        _ tokenizer: Tokenizer,
        skippingControlTokens: Bool = true,
        startsText: Bool = false
    ) {
        self.tokenizer = tokenizer
        self.skippingControlTokens = skippingControlTokens
        isAtStart = startsText && tokenizer.dropsFirstSpace
    }

    /// Appends the next token and returns the text that it completes, possibly none.
    ///
    /// Invalid bytes become U+FFFD.
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

    /// Ends the stream and returns the held back bytes, as U+FFFD.
    public mutating func finish() -> String {
        defer { pending.removeAll() }
        return String(decoding: pending, as: UTF8.self)
    }

    /// The length of a final sequence that more bytes could complete to a character.
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
