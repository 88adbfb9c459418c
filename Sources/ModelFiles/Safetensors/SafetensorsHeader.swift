import Platform

/// Parses the JSON header of a safetensors file, and validates every number in it.
///
/// The header has a fixed grammar, so it is parsed directly: a general JSON parser would hide a
/// name that occurs twice.
struct SafetensorsHeader {
    /// The header's entry for one tensor; offsets count from the start of the data.
    struct Entry {
        let name: String
        let type: SafetensorsType
        let shape: [Int]
        let begin: Int
        let end: Int
    }

    private static let lengthLimit = 100_000_000

    let file: MappedFile
    /// The end of the header and start of the data.
    let dataStart: Int
    private var position = 8

    init(_ file: MappedFile) throws(ModelFileError) {
        self.file = file
        // Other files are reported before their first bytes are taken for a length.
        let isOther = ![nil, .safetensors].contains(ForeignFile(file.bytes))
        guard !isOther else { throw Self.foreign(file) }
        guard file.bytes.count >= 8 else {
            throw ModelFileError(
                .truncated,
                "\(file.path) has only \(file.bytes.count) bytes.",
                hint: ModelFileError.fetchAgain
            )
        }
        let stored = UInt64(littleEndian: file.bytes.loadUnaligned(as: UInt64.self))
        guard let length = Int(exactly: stored), (2...Self.lengthLimit).contains(length) else {
            throw Self.foreign(file)
        }
        guard length <= file.bytes.count - 8 else {
            throw ModelFileError(
                .truncated,
                "\(file.path) ends at byte \(file.bytes.count), in the middle of its header.",
                hint: ModelFileError.fetchAgain
            )
        }
        dataStart = 8 + length
        guard file.bytes[8] == UInt8(ascii: "{") else { throw Self.foreign(file) }
    }

    private static func foreign(_ file: MappedFile) -> ModelFileError {
        ForeignFile.error(
            file.path,
            file.bytes,
            isNo: "safetensors file",
            hint:
                "a model's weights are in model.safetensors, an adapter's in adapter_model.safetensors"
        )
    }

    /// Reads the whole header.
    mutating func parse() throws(ModelFileError) -> (
        metadata: [String: String], entries: [Entry]
    ) {
        var metadata: [String: String]?
        var entries: [Entry] = []
        try object { (name, parser) throws(ModelFileError) in
            guard name == "__metadata__" else {
                entries.append(try parser.entry(name))
                return
            }
            guard metadata == nil else { throw parser.damage("__metadata__ occurs twice") }
            var values: [String: String] = [:]
            try parser.object { (key, parser) throws(ModelFileError) in
                guard values.updateValue(try parser.string(), forKey: key) == nil else {
                    throw parser.damage("the metadata key \(key) occurs twice")
                }
            }
            metadata = values
        }
        skipSpace()
        guard position == dataStart else { throw damage("something follows the header's object") }
        return (metadata ?? [:], entries)
    }

    private mutating func entry(_ name: String) throws(ModelFileError) -> Entry {
        var type: SafetensorsType?
        var shape: [Int]?
        var offsets: [Int]?
        try object { (key, parser) throws(ModelFileError) in
            switch key {
            case "dtype" where type == nil:
                let code = try parser.string()
                type = SafetensorsType(rawValue: code)
                if type == nil {
                    throw ModelFileError(
                        .unsupportedType,
                        "\(parser.file.path) stores tensor \(name) as the unknown type \(code).",
                        hint: "save the tensor in another type"
                    )
                }
            case "shape" where shape == nil:
                shape = try parser.numbers()
            case "data_offsets" where offsets == nil:
                offsets = try parser.numbers()
            default:
                throw parser.damage("tensor \(name) has an unexpected \(key)")
            }
        }
        guard let type, let shape, let offsets, offsets.count == 2, offsets[0] <= offsets[1] else {
            throw damage("tensor \(name) lacks its type, shape or place")
        }
        var byteCount = type.byteCount
        for extent in shape {
            let (product, overflow) = byteCount.multipliedReportingOverflow(by: extent)
            guard !overflow else {
                throw damage("tensor \(name) has the impossible shape \(shape)")
            }
            byteCount = product
        }
        guard offsets[1] - offsets[0] == byteCount else {
            throw damage(
                "tensor \(name) of shape \(shape) takes \(byteCount) bytes, "
                    + "but has the place of \(offsets[1] - offsets[0])"
            )
        }
        return Entry(name: name, type: type, shape: shape, begin: offsets[0], end: offsets[1])
    }
}

// The JSON of the header.
extension SafetensorsHeader {
    /// Parses an object and passes each key to `member`, which parses the value.
    private mutating func object(
        _ member: (String, inout SafetensorsHeader) throws(ModelFileError) -> Void
    ) throws(ModelFileError) {
        try expect("{")
        if accept("}") { return }
        repeat {
            let key = try string()
            try expect(":")
            try member(key, &self)
        } while accept(",")
        try expect("}")
    }

    /// Parses an array of non-negative integers.
    private mutating func numbers() throws(ModelFileError) -> [Int] {
        try expect("[")
        if accept("]") { return [] }
        var numbers: [Int] = []
        repeat { numbers.append(try number()) } while accept(",")
        try expect("]")
        return numbers
    }

    private mutating func number() throws(ModelFileError) -> Int {
        skipSpace()
        let start = position
        while position < dataStart, (0x30...0x39).contains(file.bytes[position]) { position += 1 }
        guard let number = Int(String(decoding: file.bytes[start..<position], as: UTF8.self)) else {
            throw damage("there is no integer at byte \(start)")
        }
        return number
    }

    private mutating func string() throws(ModelFileError) -> String {
        try expect("\"")
        let start = position
        var text: [UInt8] = []
        while position < dataStart {
            let byte = file.bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw damage("the text at byte \(start) is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): text += try escaped().utf8
            case 0..<0x20: throw damage("the text at byte \(start) has a control character")
            default: text.append(byte)
            }
        }
        throw damage("the text at byte \(start) has no end")
    }

    /// Parses what follows a backslash.
    private mutating func escaped() throws(ModelFileError) -> String {
        guard position < dataStart else { throw damage("the header ends in the middle of a text") }
        let byte = file.bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            return String(UnicodeScalar(byte))
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            var units = [try codeUnit()]
            if UTF16.isLeadSurrogate(units[0]), position + 1 < dataStart,
                file.bytes[position] == UInt8(ascii: "\\"),
                file.bytes[position + 1] == UInt8(ascii: "u")
            {
                position += 2
                units.append(try codeUnit())
            }
            guard let text = String(validating: units, as: UTF16.self) else {
                throw damage("an escape before byte \(position) is not a character")
            }
            return text
        default: throw damage("the escape before byte \(position) is unknown")
        }
    }

    private mutating func codeUnit() throws(ModelFileError) -> UInt16 {
        guard dataStart - position >= 4 else { throw damage("the header ends in an escape") }
        let digits = file.bytes[position..<position + 4]
        position += 4
        guard digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw damage("an escape before byte \(position) is not hexadecimal") }
        return unit
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(ModelFileError) {
        guard accept(character) else {
            throw damage("there is no \(character) at byte \(position)")
        }
    }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < dataStart, file.bytes[position] == UInt8(ascii: character) else {
            return false
        }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < dataStart, [0x20, 0x09, 0x0A, 0x0D].contains(file.bytes[position]) {
            position += 1
        }
    }

    private func damage(_ what: String) -> ModelFileError {
        ModelFileError(
            .corrupt,
            "The header of \(file.path) is damaged: \(what).",
            hint: ModelFileError.fetchAgain
        )
    }
}
