extension JSONParser {
    /// The string whose opening quote is next.
    mutating func string() throws(Failure) -> String {
        take()
        var text: [UInt8] = []
        while offset < bytes.count {
            var end = offset
            while end < bytes.count, bytes[end] >= 0x20, bytes[end] != UInt8(ascii: "\""),
                bytes[end] != UInt8(ascii: "\\")
            {
                end += 1
            }
            let plain = bytes[offset..<end]
            skip(plain.count)
            // Most strings have no escape.
            if text.isEmpty, end < bytes.count, bytes[end] == UInt8(ascii: "\"") {
                take()
                return String(decoding: plain, as: UTF8.self)
            }
            text += plain
            guard offset < bytes.count else { break }
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                take()
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                take()
                try appendEscape(to: &text)
            default:
                throw failure("a control character in a string must be escaped")
            }
        }
        throw failure("")
    }

    private mutating func appendEscape(to text: inout [UInt8]) throws(Failure) {
        guard offset < bytes.count else { throw failure("") }
        let escape = bytes[offset]
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            text.append(contentsOf: String(Character(try escapedScalar())).utf8)
            return
        default: throw failure("there is no such escape in JSON")
        }
        take()
    }

    /// The scalar of `uXXXX`, or of two such that form a surrogate pair.
    private mutating func escapedScalar() throws(Failure) -> Unicode.Scalar {
        let start = offset - 1
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let isPair =
            UTF16.isLeadSurrogate(UInt16(first)) && bytes[offset...].starts(with: [0x5C, 0x75])
        if isPair {
            take()
            let second = try codeUnit()
            if UTF16.isTrailSurrogate(UInt16(second)),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        throw Failure(offset: start, what: "half of a surrogate pair is not a character")
    }

    /// The four hex digits after the `u` that is next.
    private mutating func codeUnit() throws(Failure) -> UInt32 {
        take()
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard offset < bytes.count,
                let digit = Character(Unicode.Scalar(bytes[offset])).hexDigitValue
            else { throw failure("four hex digits are expected") }
            value = value << 4 | UInt32(digit)
            take()
        }
        return value
    }
}
