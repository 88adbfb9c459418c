internal import Glibc

/// The control sequences of terminals, by ECMA-48: colours, movements of the cursor, titles.
package enum ControlSequences {
    /// A text without its control sequences; invalid UTF-8 is replaced.
    ///
    /// Other control characters stay; ``VisibleText`` makes them harmless where the text is drawn.
    package static func removed(from bytes: [UInt8]) -> String {
        let isPlain = bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return true }
            // 0xC2 begins the UTF-8 of the controls from 0x80 on.
            return memchr(start, Int32(escape), bytes.count) == nil
                && memchr(start, 0xC2, bytes.count) == nil
        }
        guard !isPlain else { return String(decoding: bytes, as: UTF8.self) }
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        var next = 0
        while next < bytes.count {
            if let end = end(ofSequenceAt: next, in: bytes) {
                next = end
            } else {
                kept.append(bytes[next])
                next += 1
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }

    private static let escape: UInt8 = 0x1B

    /// Where the control sequence at a place ends; nil if there is none.
    private static func end(ofSequenceAt start: Int, in bytes: [UInt8]) -> Int? {
        let kind: UInt8
        let after: Int
        if bytes[start] == escape {
            guard start + 1 < bytes.count else { return start + 1 }
            kind = bytes[start + 1]
            after = start + 2
        } else if bytes[start] == 0xC2, start + 1 < bytes.count,
            [0x90, 0x98, 0x9B, 0x9D, 0x9E, 0x9F].contains(bytes[start + 1])
        {
            // The same in one character.
            kind = bytes[start + 1] - 0x40
            after = start + 2
        } else {
            return nil
        }
        switch kind {
        case UInt8(ascii: "["):
            // Parameters and intermediate bytes, then a final one.
            let end = bytes[after...].firstIndex { !(0x20...0x3F).contains($0) } ?? bytes.count
            guard end < bytes.count else { return end }
            return (0x40...0x7E).contains(bytes[end]) ? end + 1 : end
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"),
            UInt8(ascii: "_"):
            return endOfString(from: after, in: bytes)
        case 0x20...0x2F:
            let end = bytes[after...].firstIndex { !(0x20...0x2F).contains($0) } ?? bytes.count
            return min(bytes.count, end + 1)
        default:
            return (0x30...0x7E).contains(kind) ? after : start + 1
        }
    }

    /// The end of a string such as a title: BEL, or the string terminator.
    private static func endOfString(from start: Int, in bytes: [UInt8]) -> Int {
        var next = start
        while next < bytes.count {
            if bytes[next] == 0x07 { return next + 1 }
            if next + 1 < bytes.count {
                let pair = (bytes[next], bytes[next + 1])
                if pair == (escape, UInt8(ascii: "\\")) || pair == (0xC2, 0x9C) { return next + 2 }
            }
            next += 1
        }
        return bytes.count
    }
}
