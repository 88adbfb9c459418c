import JSON

/// Reads comma- or tab-separated values with a header, as RFC 4180 describes them.
///
/// A field in quotes may hold delimiters, line ends and, doubled, quotes. Line ends inside become
/// `\n`. Without a given delimiter it is whichever of comma, semicolon and tab the header has most
/// of: spreadsheets write semicolons where a comma divides decimals.
struct TableReader: ~Copyable {
    struct Row {
        let line: Int
        let object: JSONObject
    }

    private let path: String
    private let longestRow: Int
    private var lines: LineReader
    /// Nil until the header is read.
    private var delimiter: UInt8?
    private var header: [JSONName]?

    /// Opens a file.
    ///
    /// - Throws: `DatasetError` when it is not there or not readable.
    init(path: String, delimiter: UInt8?, longestRow: Int) throws {
        lines = try LineReader(path: path, longestLine: longestRow)
        self.path = path
        self.longestRow = longestRow
        self.delimiter = delimiter
    }

    /// The next row, or nil at the end.
    ///
    /// - Throws: `DatasetError.Code.wrongShape` for a row that has more or fewer fields than the
    ///   header, `brokenRow` for quotes that do not fit, `unsupported` for a header with an empty
    ///   name or one that stands twice.
    mutating func next() throws -> Row? {
        let header = try names()
        guard let (line, fields) = try record() else { return nil }
        guard fields.count == header.count else {
            throw DatasetError(
                .wrongShape,
                at: RecordSource(file: path, line: line),
                "the row has \(fields.count) fields, the header \(header.count)",
                hint: "put a field with a delimiter or a line end in it into quotes"
            )
        }
        var object = JSONObject()
        for (name, field) in zip(header, fields) {
            _ = object.insert(.string(String(decoding: field, as: UTF8.self)), named: name)
        }
        return Row(line: line, object: object)
    }

    /// The names of the columns, read from the first line.
    private mutating func names() throws -> [JSONName] {
        if let header { return header }
        guard let (line, fields) = try record() else {
            header = []
            return []
        }
        let names = fields.map { JSONName(String(decoding: $0, as: UTF8.self)) }
        for (column, name) in names.enumerated() {
            let isTwice = names[..<column].contains(name)
            guard !name.text.isEmpty, !isTwice else {
                throw DatasetError(
                    .unsupported,
                    "\(path):\(line): column \(column + 1) of the header "
                        + (isTwice ? "is called \(name.text) again" : "has no name"),
                    hint: "the first line of a table names its columns, each by another name"
                )
            }
        }
        header = names
        return names
    }

    /// The fields of the next record, over as many lines as its quotes go.
    private mutating func record() throws -> (line: Int, fields: [[UInt8]])? {
        var first: LineReader.Line?
        while first == nil, let line = try lines.next() {
            if !line.bytes.isEmpty { first = line }
        }
        guard let first else { return nil }
        let delimiter = self.delimiter ?? Self.delimiter(of: first.bytes)
        self.delimiter = delimiter
        let quote = UInt8(ascii: "\"")
        var fields: [[UInt8]] = []
        var field: [UInt8] = []
        var bytes = first.bytes
        var place = 0
        var isQuoted = false
        var length = bytes.count
        func fault(_ what: String) -> DatasetError {
            DatasetError(
                .brokenRow,
                at: RecordSource(file: path, line: first.number),
                what,
                hint: "write a quote inside a field in quotes twice"
            )
        }
        while true {
            if place == bytes.count {
                guard isQuoted else { break }
                guard let line = try lines.next() else {
                    throw fault("the quotes of a field are never closed")
                }
                field.append(UInt8(ascii: "\n"))
                bytes = line.bytes
                place = 0
                length += bytes.count + 1
                guard length <= longestRow else {
                    throw fault("a row, or a field whose quotes are not closed, is too long")
                }
                continue
            }
            let byte = bytes[place]
            place += 1
            if isQuoted {
                guard byte == quote else { field.append(byte); continue }
                if place < bytes.count, bytes[place] == quote {
                    field.append(quote)
                    place += 1
                } else {
                    isQuoted = false
                    guard place == bytes.count || bytes[place] == delimiter else {
                        throw fault("there is text behind the quotes of field \(fields.count + 1)")
                    }
                }
            } else if byte == delimiter {
                fields.append(field)
                field = []
            } else if byte == quote, field.isEmpty, place == 1 || bytes[place - 2] == delimiter {
                isQuoted = true
            } else {
                field.append(byte)
            }
        }
        fields.append(field)
        return (first.number, fields)
    }

    private static func delimiter(of header: [UInt8]) -> UInt8 {
        let candidates = [",", ";", "\t"].flatMap(\.utf8)
        let counts = candidates.map { candidate in header.count { $0 == candidate } }
        let most = counts.indices.max { counts[$0] < counts[$1] } ?? 0
        // Of equal counts the earlier one: a comma.
        return candidates[counts.firstIndex(of: counts[most]) ?? 0]
    }
}
