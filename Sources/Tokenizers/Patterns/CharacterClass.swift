/// A set of characters in the syntax of patterns: `[^\r\n\p{L}]`, `\s`, or one character.
struct CharacterClass: Hashable, Sendable {
    private(set) var kinds: CharacterKinds
    private(set) var ranges: [ClosedRange<UInt32>]
    private(set) var isNegated: Bool
    /// The bytes below 0x80 in the class.
    private(set) var ascii: (low: UInt64, high: UInt64) = (0, 0)

    init(
        kinds: CharacterKinds = [],
        ranges: [ClosedRange<UInt32>] = [],
        isNegated: Bool = false
    ) {
        self.kinds = kinds
        self.ranges = ranges
        self.isNegated = isNegated
        for byte in UInt32(0)..<0x80 where holds(byte) {
            if byte < 64 {
                ascii.low |= 1 << UInt64(byte)
            } else {
                ascii.high |= 1 << UInt64(byte - 64)
            }
        }
        // Lower code points are covered by the bits.
        self.ranges.removeAll { $0.upperBound < 0x80 }
    }

    private func holds(_ codePoint: UInt32) -> Bool {
        let isListed =
            kinds.isSuperset(of: CharacterKinds(codePoint: codePoint))
            || ranges.contains { $0.contains(codePoint) }
        return isListed != isNegated
    }

    /// The possible first bytes of a character of the class, as four words of 64 bits.
    var firstBytes: ByteSet {
        var bytes = ByteSet(words: [ascii.low, ascii.high, 0, 0])
        if isNegated || !kinds.isEmpty || !ranges.isEmpty {
            bytes.words[2] = .max
            bytes.words[3] = .max
        }
        return bytes
    }

    /// The end of the character at `position` if it is in the class, or nil.
    @inline(__always)
    func end(in text: UnsafeBufferPointer<UInt8>, at position: Int, before limit: Int) -> Int? {
        guard position < limit else { return nil }
        let byte = text[position]
        if byte < 0x80 {
            let word = byte < 64 ? ascii.low : ascii.high
            return word >> UInt64(byte & 63) & 1 == 1 ? position + 1 : nil
        }
        guard let (codePoint, length) = text.multibyteScalar(at: position, before: limit) else {
            return isNegated ? position + 1 : nil
        }
        let isListed =
            !kinds.isDisjoint(with: CharacterKinds(codePoint: codePoint))
            || (!ranges.isEmpty && ranges.contains { $0.contains(codePoint) })
        return isListed != isNegated ? position + length : nil
    }

    static func == (left: CharacterClass, right: CharacterClass) -> Bool {
        left.kinds == right.kinds && left.ranges == right.ranges
            && left.isNegated == right.isNegated && left.ascii == right.ascii
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(kinds)
        hasher.combine(ranges)
        hasher.combine(isNegated)
        hasher.combine(ascii.low)
        hasher.combine(ascii.high)
    }
}

/// A set of the 256 bytes.
struct ByteSet: Hashable, Sendable {
    var words: SIMD4<UInt64>

    init(words: SIMD4<UInt64> = .zero) { self.words = words }

    static let all = ByteSet(words: SIMD4(repeating: .max))

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1
    }

    func union(_ other: ByteSet) -> ByteSet { ByteSet(words: words | other.words) }
}
