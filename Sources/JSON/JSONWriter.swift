extension JSONValue {
    /// The value as JSON in UTF-8, in one line.
    ///
    /// Numbers that JSON lacks are written as the texts
    /// `"NaN"`, `"Infinity"` and `"-Infinity"`.
    public var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        return writer.bytes
    }
}

extension JSONValue {
    /// The value as JSON in UTF-8, with one line per member or element, for files that people read.
    public var indentedBytes: [UInt8] {
        var writer = JSONWriter(indents: true)
        writer.write(self)
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}

private struct JSONWriter {
    var bytes: [UInt8] = []
    /// Whether members and elements have lines of their own.
    var indents = false
    private var depth = 0

    init(indents: Bool = false) { self.indents = indents }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: bytes += "null".utf8
        case .boolean(let value): bytes += (value ? "true" : "false").utf8
        case .integer(let value): bytes += String(value).utf8
        case .number(let value): write(value)
        case .string(let text): write(text)
        case .array(let values):
            enclose("[", "]", values) { writer, value in writer.write(value) }
        case .object(let object):
            enclose("{", "}", object.members) { writer, member in
                writer.write(member.name.text)
                writer.bytes += (writer.indents ? ": " : ":").utf8
                writer.write(member.value)
            }
        }
    }

    private mutating func enclose<Part>(
        _ open: Unicode.Scalar,
        _ close: Unicode.Scalar,
        _ parts: [Part],
        _ write: (inout JSONWriter, Part) -> Void
    ) {
        bytes.append(UInt8(ascii: open))
        depth += 1
        for (place, part) in parts.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            startLine()
            write(&self, part)
        }
        depth -= 1
        if !parts.isEmpty { startLine() }
        bytes.append(UInt8(ascii: close))
    }

    private mutating func startLine() {
        guard indents else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes += [UInt8](repeating: UInt8(ascii: " "), count: 2 * depth)
    }

    private mutating func write(_ number: Double) {
        if number.isNaN {
            bytes += "\"NaN\"".utf8
        } else if number.isInfinite {
            bytes += (number < 0 ? "\"-Infinity\"" : "\"Infinity\"").utf8
        } else {
            bytes += number.description.utf8
        }
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            // Text without escapes is copied in one piece.
            var start = 0
            for (place, byte) in utf8.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C
            {
                bytes += utf8[start..<place]
                writeEscaped(byte)
                start = place + 1
            }
            bytes += utf8[start...]
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func writeEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case 0x0A: bytes += "\\n".utf8
        case 0x0D: bytes += "\\r".utf8
        case 0x09: bytes += "\\t".utf8
        default:
            let digits = String(byte, radix: 16)
            bytes += "\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8
        }
    }
}
