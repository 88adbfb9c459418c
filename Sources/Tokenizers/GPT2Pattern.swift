/// A scanner for the pattern
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
enum GPT2Pattern {
    /// Calls `body` with each match within `range`; the text ends where the range ends.
    static func forEachMatch(
        in text: UnsafeBufferPointer<UInt8>,
        range: Range<Int>,
        _ body: (Range<Int>) -> Void
    ) {
        var start = range.lowerBound
        while start < range.upperBound {
            let end = matchEnd(in: text, from: start, before: range.upperBound)
            body(start..<end)
            start = end
        }
    }

    private static func matchEnd(
        in text: UnsafeBufferPointer<UInt8>,
        from start: Int,
        before limit: Int
    ) -> Int {
        if text[start] == UInt8(ascii: "'"),
            let length = contractionLength(in: text, after: start + 1, before: limit)
        {
            return start + 1 + length
        }
        let first = text.scalar(at: start, before: limit)
        if first.kind != .whitespace {
            return runEnd(of: first.kind, in: text, from: start + first.length, before: limit)
        }
        if text[start] == UInt8(ascii: " "), start + 1 < limit {
            let second = text.scalar(at: start + 1, before: limit)
            if second.kind != .whitespace {
                return runEnd(
                    of: second.kind,
                    in: text,
                    from: start + 1 + second.length,
                    before: limit
                )
            }
        }
        return whitespaceEnd(in: text, from: start, before: limit)
    }

    private static func contractionLength(
        in text: UnsafeBufferPointer<UInt8>,
        after start: Int,
        before limit: Int
    ) -> Int? {
        guard start < limit else { return nil }
        switch text[start] {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
            return 1
        case UInt8(ascii: "r"), UInt8(ascii: "v"):
            return start + 1 < limit && text[start + 1] == UInt8(ascii: "e") ? 2 : nil
        case UInt8(ascii: "l"):
            return start + 1 < limit && text[start + 1] == UInt8(ascii: "l") ? 2 : nil
        default:
            return nil
        }
    }

    private static func runEnd(
        of kind: ScalarKind,
        in text: UnsafeBufferPointer<UInt8>,
        from start: Int,
        before limit: Int
    ) -> Int {
        var position = start
        while position < limit {
            let scalar = text.scalar(at: position, before: limit)
            guard scalar.kind == kind else { break }
            position += scalar.length
        }
        return position
    }

    /// The last character of white space stays for the word behind it, unless it is the only one.
    private static func whitespaceEnd(
        in text: UnsafeBufferPointer<UInt8>,
        from start: Int,
        before limit: Int
    ) -> Int {
        var position = start
        var last = start
        while position < limit {
            let scalar = text.scalar(at: position, before: limit)
            guard scalar.kind == .whitespace else {
                return last > start ? last : position
            }
            last = position
            position += scalar.length
        }
        return position
    }
}
