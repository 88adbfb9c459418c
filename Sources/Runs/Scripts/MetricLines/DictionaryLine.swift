import JSON

/// Reads an object of JSON or a dictionary as Python prints it: `{'loss': 1.84, 'epoch': 0.5}`.
///
/// Hugging Face's Trainer prints such lines; newer versions print the numbers as texts.
struct DictionaryLine {
    private static let maxDepth = 4
    /// Members that only hold others.
    private static let containers: Set = ["metrics", "logs", "log", "data", "values", "scalars"]

    private let bytes: [UInt8]
    private var place: Int
    private var fields = LineFields()
    private var names: [String] = []

    /// The fields of the first object in a line; nil if there is none.
    ///
    /// Text may come before and after it.
    static func fields(in line: [UInt8]) -> LineFields? {
        guard line.contains(UInt8(ascii: "{")) else { return nil }
        // The parser takes valid UTF-8 only.
        let line = Array(String(decoding: line, as: UTF8.self).utf8)
        guard let start = line.firstIndex(of: UInt8(ascii: "{")) else { return nil }
        if let value = try? JSONParser.parse(Array(line[start...]), takesNonFinite: true) {
            guard case .object(let object) = value else { return nil }
            var fields = LineFields()
            collect(object, prefix: "", depth: 0, &fields)
            return fields.isEmpty ? nil : fields
        }
        var reader = DictionaryLine(bytes: line, place: start)
        guard reader.readObject(depth: 0), !reader.fields.isEmpty else { return nil }
        return reader.fields
    }

    private init(bytes: [UInt8], place: Int) {
        self.bytes = bytes
        self.place = place
    }

    private static func collect(
        _ object: JSONObject,
        prefix: String,
        depth: Int,
        _ fields: inout LineFields
    ) {
        for (name, value) in object.members {
            let path = prefix + name.text
            switch value {
            case .integer(let number): fields.add(path, Double(number))
            case .number(let number): fields.add(path, number)
            case .string(let text):
                // JSON has no such numbers, and some writers print them as texts.
                if let number = PrintedNumber.whole(text), !number.isFinite {
                    fields.add(path, number)
                }
            case .object(let inner) where depth < maxDepth:
                let isContainer = containers.contains(name.text)
                collect(inner, prefix: isContainer ? prefix : path + "/", depth: depth + 1, &fields)
            case .null, .boolean, .array, .object: break
            }
        }
    }

    // MARK: - Python

    private mutating func readObject(depth: Int) -> Bool {
        guard take("{") else { return false }
        skipSpace()
        if take("}") { return true }
        while true {
            guard let name = readText() else { return false }
            skipSpace()
            guard take(":") else { return false }
            names.append(name)
            guard readValue(depth: depth) else { return false }
            names.removeLast()
            skipSpace()
            if take("}") { return true }
            guard take(",") else { return false }
            skipSpace()
            if take("}") { return true }
        }
    }

    private mutating func readValue(depth: Int) -> Bool {
        skipSpace()
        guard place < bytes.count else { return false }
        switch bytes[place] {
        case UInt8(ascii: "{") where depth < Self.maxDepth: return readObject(depth: depth + 1)
        case UInt8(ascii: "{"): return skipBrackets()
        case UInt8(ascii: "["), UInt8(ascii: "("): return skipBrackets()
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            guard let text = readText() else { return false }
            if let value = PrintedNumber.whole(text) { add(value) }
            return true
        default: return readBare()
        }
    }

    /// A number, `True`, `None`, or a call such as `np.float64(1.5)` and `tensor(1.5, device='cuda:0')`.
    private mutating func readBare() -> Bool {
        if let (value, end) = PrintedNumber.scan(bytes, at: place), isEnd(end) {
            place = end
            add(value)
            return true
        }
        let start = place
        while place < bytes.count, MetricFieldName.isNameByte(bytes[place]) { place += 1 }
        guard place > start else { return false }
        guard place < bytes.count, bytes[place] == UInt8(ascii: "(") else { return true }
        if let (value, end) = PrintedNumber.scan(bytes, at: place + 1), isEnd(end) { add(value) }
        return skipBrackets()
    }

    private func isEnd(_ place: Int) -> Bool {
        place >= bytes.count || ",})] ".utf8.contains(bytes[place])
    }

    private mutating func add(_ value: Double) {
        let path = names.filter { !Self.containers.contains($0) || $0 == names.last }
        fields.add(path.joined(separator: "/"), value)
    }

    /// A quoted text; escapes stay as they are.
    private mutating func readText() -> String? {
        guard place < bytes.count else { return nil }
        let quote = bytes[place]
        guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
        let start = place + 1
        place = start
        while place < bytes.count, bytes[place] != quote {
            place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard place < bytes.count else { return nil }
        defer { place += 1 }
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    /// Skips brackets with all that is in them.
    private mutating func skipBrackets() -> Bool {
        var depth = 0
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                guard readText() != nil else { return false }
                continue
            default: break
            }
            place += 1
            if depth == 0 { return true }
        }
        return false
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    private mutating func skipSpace() {
        while place < bytes.count, bytes[place] == 0x20 { place += 1 }
    }
}
