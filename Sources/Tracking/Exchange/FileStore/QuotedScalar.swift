/// A YAML value in quotes, read line by line.
struct QuotedScalar {
    let isDouble: Bool
    /// What was read so far.
    private(set) var value: [UInt8] = []
    /// Line breaks since the last text, which fold to a space or to one break less.
    private var breaks = 0
    /// Whether the last line ended with a backslash, which joins it to the next one.
    private var isJoined = false
    /// How much of `value` came from escapes or ended a line's text, and so is not trimmed.
    private var kept = 0
    private var isFirst = true

    init(isDouble: Bool) { self.isDouble = isDouble }

    /// Reads a line, and gives what follows the closing quote if that is in it.
    mutating func read(_ line: ArraySlice<UInt8>, number: Int) throws -> ArraySlice<UInt8>? {
        var rest = line
        if !isFirst {
            rest = rest.drop { $0 == UInt8(ascii: " ") }
            // A line of blanks is a line break more.
            guard !rest.isEmpty else {
                breaks += 1
                return nil
            }
            foldBreaks()
        }
        isFirst = false
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "'"), !isDouble {
                guard rest.first == byte else { return rest }
                rest.removeFirst()
                append([byte])
            } else if byte == UInt8(ascii: "\""), isDouble {
                return rest
            } else if byte == UInt8(ascii: "\\"), isDouble {
                guard let code = rest.popFirst() else {
                    isJoined = true
                    kept = value.count
                    return nil
                }
                append(try Self.unescape(code, &rest, number))
                kept = value.count
            } else {
                append([byte])
            }
        }
        while value.count > kept, value.last == UInt8(ascii: " ") { value.removeLast() }
        breaks += 1
        return nil
    }

    private mutating func append(_ bytes: [UInt8]) { value += bytes }

    private mutating func foldBreaks() {
        if !isJoined || breaks > 0 {
            let newlines = isJoined ? breaks : breaks - 1
            value +=
                newlines <= 0 && !isJoined
                ? [UInt8(ascii: " ")]
                : [UInt8](repeating: UInt8(ascii: "\n"), count: max(newlines, 0))
        }
        breaks = 0
        isJoined = false
        kept = value.count
    }

    private static let escapes: [UInt8: String] = [
        UInt8(ascii: "0"): "\0", UInt8(ascii: "a"): "\u{7}", UInt8(ascii: "b"): "\u{8}",
        UInt8(ascii: "t"): "\t", UInt8(ascii: "n"): "\n", UInt8(ascii: "v"): "\u{B}",
        UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "r"): "\r", UInt8(ascii: "e"): "\u{1B}",
        UInt8(ascii: " "): " ", UInt8(ascii: "\""): "\"", UInt8(ascii: "/"): "/",
        UInt8(ascii: "\\"): "\\", UInt8(ascii: "N"): "\u{85}", UInt8(ascii: "_"): "\u{A0}",
        UInt8(ascii: "L"): "\u{2028}", UInt8(ascii: "P"): "\u{2029}",
    ]

    private static func unescape(
        _ code: UInt8,
        _ rest: inout ArraySlice<UInt8>,
        _ number: Int
    ) throws -> [UInt8] {
        if let text = escapes[code] { return Array(text.utf8) }
        let lengths = [UInt8(ascii: "x"): 2, UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8]
        let digits = String(decoding: rest.prefix(lengths[code] ?? 0), as: UTF8.self)
        guard let length = lengths[code], rest.count >= length, !digits.utf8.contains(0x2B),
            let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
        else { throw FlatYAML.Fault(line: number, message: "an escape is not understood") }
        rest = rest.dropFirst(length)
        return Array(String(Character(scalar)).utf8)
    }
}
