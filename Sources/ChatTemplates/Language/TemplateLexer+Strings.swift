extension TemplateLexer {
    /// Reads a string with Python's escapes.
    ///
    /// The position is at the opening quote.
    mutating func lexString(quote: UInt8) throws(TemplateError) {
        let startLine = line
        var bytes: [UInt8] = []
        advance()
        while position < source.count, source[position] != quote {
            if source[position] == UInt8(ascii: "\\"), position + 1 < source.count {
                advance()
                try lexEscape(into: &bytes)
            } else {
                bytes.append(source[position])
                advance()
            }
        }
        guard position < source.count else {
            throw .syntax(startLine, "the string is not closed")
        }
        advance()
        append(.string(bytes), line: startLine)
    }

    private mutating func lexEscape(into bytes: inout [UInt8]) throws(TemplateError) {
        let letter = source[position]
        switch letter {
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "v"): bytes.append(0x0B)
        case UInt8(ascii: "a"): bytes.append(0x07)
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): bytes.append(letter)
        case UInt8(ascii: "\n"): break
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            var value: UInt32 = 0
            var count = 0
            while count < 3, position < source.count, (0x30...0x37).contains(source[position]) {
                value = value * 8 + UInt32(source[position] - 0x30)
                position += 1
                count += 1
            }
            return try append(scalar: value, to: &bytes)
        case UInt8(ascii: "x"): return try lexHexEscape(digits: 2, into: &bytes)
        case UInt8(ascii: "u"): return try lexHexEscape(digits: 4, into: &bytes)
        case UInt8(ascii: "U"): return try lexHexEscape(digits: 8, into: &bytes)
        default:
            bytes += [UInt8(ascii: "\\"), letter]
        }
        advance()
    }

    private mutating func lexHexEscape(
        digits: Int,
        into bytes: inout [UInt8]
    ) throws(TemplateError) {
        let start = position + 1
        guard start + digits <= source.count,
            let value = UInt32(
                String(decoding: source[start..<start + digits], as: UTF8.self),
                radix: 16
            )
        else {
            throw .syntax(line, "an escape needs \(digits) hexadecimal digits")
        }
        position = start + digits
        try append(scalar: value, to: &bytes)
    }

    private func append(scalar value: UInt32, to bytes: inout [UInt8]) throws(TemplateError) {
        guard let scalar = Unicode.Scalar(value) else {
            throw .syntax(line, "an escape is not a character")
        }
        bytes += Array(String(Character(scalar)).utf8)
    }
}
