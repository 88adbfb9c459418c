import JSON
import Platform

extension RecordReader {
    /// Reads consecutive values, each of them a row, a list of rows, or, as the only one, an object
    /// with a list of rows.
    func readJSON(into rows: inout RowCollector) throws {
        var texts = try JSONTexts(path: path, maxRowSize: maxRowSize)
        guard let first = try next(of: &texts, &rows) else { return }
        if FileEnding(of: path) == .json, first.hasComment(at: 0) {
            // What follows may be one value over many lines.
            throw broken("this is not a JSON value", at: 0, in: first)
        }
        var second: JSONText?
        if rows.isEmpty {
            if let list = try wrapped(in: first) {
                second = try next(of: &texts, &rows)
                if second == nil {
                    rows.wrapper = list.name
                    return try readElements(of: first, from: list.start, into: &rows)
                }
            } else if first.isList {
                second = try next(of: &texts, &rows)
                if let second, !second.isList, !second.isObject {
                    throw DatasetError(
                        .brokenRow,
                        at: RecordSource(file: path, line: second.line),
                        column: second.column,
                        "there is text after the end of the array",
                        hint: "remove it, or put it into the array"
                    )
                }
            }
        }
        try take(first, into: &rows)
        if let second { try take(second, into: &rows) }
        while !rows.isFull, let text = try next(of: &texts, &rows) { try take(text, into: &rows) }
    }

    /// The next value; lines that are not UTF-8 are recorded as broken.
    private func next(of texts: inout JSONTexts, _ rows: inout RowCollector) throws -> JSONText? {
        while true {
            try checkCancelled()
            do {
                return try texts.next()
            } catch let fault as DatasetError where fault.code == .notUTF8 && fault.source != nil {
                if texts.isAtEnd { throw fault }
                // The line was read to its end, so later ones can be read.
                _ = rows.takesNext()
                rows.note(fault)
            }
        }
    }

    /// Adds a row, or the rows of a list.
    private func take(_ text: JSONText, into rows: inout RowCollector) throws {
        if text.isList, try !isConversation(text) {
            return try readElements(of: text, from: 0, into: &rows)
        }
        guard rows.takesNext() else { return }
        do {
            try append(text.bytes, at: text.line, into: &rows)
        } catch let failure as JSONParser.Failure {
            if text.isOpen { throw broken(failure, in: text) }
            rows.note(broken(failure, in: text))
        }
    }

    /// Adds a row; numbers that JSON lacks are missing values.
    private func append(_ bytes: [UInt8], at line: Int, into rows: inout RowCollector) throws {
        var value: JSONValue
        var missing = "null"
        do {
            value = try JSONParser.parse(bytes)
        } catch {
            value = try JSONParser.parse(bytes, takesNonFinite: true)
            missing = value.dropNonFinite() ?? missing
        }
        try rows.append(value, at: RecordSource(file: path, line: line), missing: missing)
    }

    // MARK: Lists

    /// Whether a list is the messages of one row.
    ///
    /// A broken list is not; the faults of its elements are reported.
    private func isConversation(_ text: JSONText) throws -> Bool {
        var parser = JSONParser(text.bytes, takesNonFinite: true)
        _ = parser.peek()
        parser.take()
        guard parser.peek() == UInt8(ascii: "{"), let first = try? parser.value(depth: 1) else {
            return false
        }
        return first.isMessage
    }

    /// Reads the elements of a list, each of them a row.
    ///
    /// After broken JSON elements cannot be separated, so nothing more is read.
    private func readElements(
        of text: JSONText,
        from start: Int,
        into rows: inout RowCollector
    ) throws {
        let bytes = text.bytes
        var parser = JSONParser(bytes, takesNonFinite: true)
        var place = TextPlace(line: text.line, column: text.column)
        do {
            while parser.offset <= start { parser.take() }
            var isExpectingValue = parser.peek() != UInt8(ascii: "]")
            while isExpectingValue, !rows.isFull {
                try checkCancelled()
                _ = parser.peek()
                place.advance(to: parser.offset, in: bytes)
                var value = try parser.value(depth: 1)
                if rows.takesNext() {
                    let missing = value.dropNonFinite() ?? "null"
                    let source = RecordSource(file: path, line: place.line)
                    try rows.append(value, at: source, missing: missing)
                }
                isExpectingValue = parser.peek() == UInt8(ascii: ",")
                guard isExpectingValue || parser.peek() == UInt8(ascii: "]") else {
                    throw parser.failure("',' or ']' is expected")
                }
                parser.take()
            }
        } catch let failure as JSONParser.Failure {
            throw broken(failure, in: text)
        }
    }

    // MARK: Wrapped rows

    /// The list of rows in an object that is not a row: its name, and the offset of its bracket.
    ///
    /// - Throws: `DatasetError.Code.unsupported` if there are several.
    private func wrapped(in text: JSONText) throws -> (name: String, start: Int)? {
        guard text.isObject else { return nil }
        var parser = JSONParser(text.bytes, takesNonFinite: true)
        let row = RowParser(
            source: RecordSource(file: path, line: text.line),
            mapping: mapping
        )
        guard case .object(let object)? = try? parser.value(depth: 0) else { return nil }
        let lists = row.listsOfRows(in: object)
        guard lists.count < 2 else {
            throw DatasetError(
                .unsupported,
                "\(path) has lists of rows in \(lists.joined(separator: " and "))",
                hint: "write each into a file of its own, one object a line"
            )
        }
        guard let name = lists.first, let start = Self.start(of: name, in: text.bytes) else {
            return nil
        }
        return (name, start)
    }

    /// The first byte of a member of an object.
    private static func start(of name: String, in bytes: [UInt8]) -> Int? {
        var parser = JSONParser(bytes, takesNonFinite: true)
        while parser.peek() == UInt8(ascii: "{") || parser.peek() == UInt8(ascii: ",") {
            parser.take()
            guard case .string(let own)? = try? parser.value(depth: 1), parser.peek() != nil else {
                return nil
            }
            parser.take()
            guard parser.peek() != nil else { return nil }
            if JSONName(own) == JSONName(name) { return parser.offset }
            guard (try? parser.value(depth: 1)) != nil else { return nil }
        }
        return nil
    }
}

extension JSONText {
    fileprivate var isList: Bool { bytes.first == UInt8(ascii: "[") }
    fileprivate var isObject: Bool { bytes.first == UInt8(ascii: "{") }
}

extension JSONValue {
    /// Replaces numbers that are infinite or NaN, which mark missing values, by `null`.
    ///
    /// - Returns: The spelling of the first of them; nil if there was none.
    mutating func dropNonFinite() -> String? {
        guard let number = firstNonFinite else { return nil }
        self = withoutNonFinite
        return number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
    }

    private var firstNonFinite: Double? {
        switch self {
        case .number(let number): number.isFinite ? nil : number
        case .array(let values): values.lazy.compactMap(\.firstNonFinite).first
        case .object(let object): object.members.lazy.compactMap(\.value.firstNonFinite).first
        case .null, .boolean, .integer, .string: nil
        }
    }

    private var withoutNonFinite: JSONValue {
        switch self {
        case .number(let number): number.isFinite ? self : .null
        case .array(let values): .array(values.map(\.withoutNonFinite))
        case .object(let object):
            .object(
                object.members.reduce(into: JSONObject()) { result, member in
                    _ = result.insert(member.value.withoutNonFinite, named: member.name)
                }
            )
        case .null, .boolean, .integer, .string: self
        }
    }

    /// Whether it has the members of a message.
    var isMessage: Bool {
        guard case .object(let object) = self else { return false }
        return object["role"] != nil && object["messages"] == nil
            || object["from"] != nil && object["value"] != nil
    }
}
