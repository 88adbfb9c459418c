import JSON
import Platform

/// Reads comma- or tab-separated values with a header, as RFC 4180 describes them, and common
/// variants of it.
///
/// A field in quotes may contain delimiters, line ends and, doubled, quotes. Line ends inside
/// become `\n`. The delimiter is the one in a first line such as `sep=;`; without it, the most
/// frequent of comma, semicolon and tab in the header, or a bar if it has none: spreadsheets write
/// semicolons where a comma is the decimal separator. Spaces around names are ignored; if every
/// name but the first is preceded by one, those before fields are too. A column without a name is
/// left out.
struct TableReader: ~Copyable {
    struct Row {
        let line: Int
        let object: JSONObject
    }

    private let path: String
    private let maxRowSize: Int
    private var lines: LineReader
    /// Nil until the header is read.
    private var delimiter: UInt8?
    /// The names of the columns; nil for one without a name.
    private var header: [JSONName?]?
    /// The header as written.
    private var headerFields: [[UInt8]] = []
    private var dropsFirstSpaces = false
    /// The decisions about the table, in sentences.
    private(set) var decisions: [String] = []

    /// Opens a file.
    ///
    /// - Throws: `DatasetError` if it does not exist or is not readable.
    init(path: String, delimiter: UInt8?, maxRowSize: Int) throws {
        lines = try LineReader(path: path, maxLineSize: maxRowSize, hasQuotes: true)
        self.path = path
        self.maxRowSize = maxRowSize
        self.delimiter = delimiter
    }

    /// The next row, or nil at the end.
    ///
    /// - Throws: `DatasetError.Code.wrongShape` for a row that has more or fewer fields than the
    ///   header, `brokenRow` for unbalanced quotes, `unsupported` for a header without names or
    ///   with a name that occurs twice.
    mutating func next() throws -> Row? {
        let header = try names()
        guard var (line, fields) = try record() else { return nil }
        // Tables may have been concatenated.
        while fields == headerFields {
            decisions.append("line \(line) repeats the header and is left out")
            guard let next = try record() else { return nil }
            (line, fields) = next
        }
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
            guard let name else { continue }
            _ = object.insert(.string(String(decoding: field, as: UTF8.self)), named: name)
        }
        return Row(line: line, object: object)
    }

    /// The names of the columns, read from the first line.
    private mutating func names() throws -> [JSONName?] {
        if let header { return header }
        guard let (line, fields) = try record(isHeader: true) else {
            header = []
            return []
        }
        let names = fields.map { field -> JSONName? in
            let name = field.trimmed
            return name.isEmpty ? nil : JSONName(String(decoding: name, as: UTF8.self))
        }
        for (column, name) in names.enumerated() {
            guard let name, names[..<column].contains(name) else { continue }
            throw DatasetError(
                .unsupported,
                "\(path):\(line): column \(column + 1) of the header repeats the name \(name.text)",
                hint: "the first line of a table names its columns, each with a different name"
            )
        }
        guard names.contains(where: { $0 != nil }) else {
            throw DatasetError(
                .unsupported,
                "\(path):\(line): no column of the header has a name",
                hint: "the first line of a table names its columns"
            )
        }
        let nameless = names.indices.filter { names[$0] == nil }.map { "\($0 + 1)" }
        if !nameless.isEmpty {
            decisions.append(
                nameless.count == 1
                    ? "column \(nameless[0]) has no name and is left out"
                    : "columns \(nameless.joined(separator: ", ")) have no name and are left out"
            )
        }
        let space = UInt8(ascii: " ")
        dropsFirstSpaces =
            fields.count > 1 && fields.dropFirst().allSatisfy { $0.first == space }
        header = names
        headerFields = fields
        return names
    }

    /// The delimiter in a line such as `sep=;`; nil for another line.
    private func declared(in line: [UInt8]) -> UInt8? {
        var line = line[...]
        if line.count > 1, line.first == UInt8(ascii: "\""), line.last == UInt8(ascii: "\"") {
            line = line.dropFirst().dropLast()
        }
        guard line.count == 5,
            String(decoding: line.prefix(4), as: UTF8.self).lowercased() == "sep="
        else { return nil }
        return line.last
    }

    /// The fields of the next record, which may span lines in quotes.
    private mutating func record(
        isHeader: Bool = false
    ) throws -> (line: Int, fields: [[UInt8]])? {
        var first: LineReader.Line?
        while first == nil, let line = try lines.next() {
            if isHeader, line.number == 1, let declared = declared(in: line.bytes) {
                delimiter = declared
            } else if !line.bytes.isEmpty {
                first = line
            }
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
                guard length <= maxRowSize else {
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
                    if dropsFirstSpaces || isHeader {
                        while place < bytes.count, bytes[place] == UInt8(ascii: " ") { place += 1 }
                    }
                    guard place == bytes.count || bytes[place] == delimiter else {
                        throw fault("there is text after the quotes of field \(fields.count + 1)")
                    }
                }
            } else if byte == delimiter {
                fields.append(field)
                field = []
            } else if byte == quote, field.isEmpty,
                place == 1 || bytes[place - 2] == delimiter || dropsFirstSpaces
            {
                isQuoted = true
            } else if byte == quote, isHeader, field.allSatisfy({ $0 == UInt8(ascii: " ") }) {
                isQuoted = true
            } else if byte == UInt8(ascii: " "), field.isEmpty, dropsFirstSpaces, !fields.isEmpty {
                continue
            } else {
                field.append(byte)
            }
        }
        fields.append(field)
        return (first.number, fields)
    }

    private static func delimiter(of header: [UInt8]) -> UInt8 {
        let candidates = [",", ";", "\t", "|"].flatMap(\.utf8)
        var isQuoted = false
        var counts = [0, 0, 0, 0]
        for byte in header {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted, let place = candidates.firstIndex(of: byte) { counts[place] += 1 }
        }
        // A bar may be part of a name.
        if counts[..<3].contains(where: { $0 > 0 }) { counts[3] = 0 }
        // Of equal counts the first wins: a comma.
        let maximum = counts.max() ?? 0
        return candidates[counts.firstIndex(of: maximum) ?? 0]
    }
}

extension [UInt8] {
    /// Without spaces and tabs at both ends.
    fileprivate var trimmed: ArraySlice<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        return drop(while: isSpace).reversed().drop(while: isSpace).reversed()[...]
    }
}
