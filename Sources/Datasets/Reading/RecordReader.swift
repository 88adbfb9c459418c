import JSON

/// Reads the rows of one file, in whichever format they are written.
struct RecordReader {
    let path: String
    /// A longer row is refused, in bytes.
    let longestRow: Int
    let isCancelled: () -> Bool

    /// The rows, in order, and their format.
    ///
    /// - Throws: `DatasetError` for the first row that is broken, and for a file without any;
    ///   `CancellationError` when cancelled.
    func read() throws -> (format: DatasetFormat, records: [Record]) {
        let result: (DatasetFormat, [Record])
        switch FileEnding(of: path) {
        case .txt: result = (.text, try documents())
        case .json, .jsonl: result = try rows()
        case nil:
            throw DatasetError(
                .unsupported,
                "\(path) is not a kind of file that is read",
                hint: "datasets are .jsonl, .json and .txt files"
            )
        }
        guard !result.1.isEmpty else {
            throw DatasetError(
                .empty,
                "there is no row in \(path)",
                hint: "write one JSON object a line, or text"
            )
        }
        return result
    }

    // MARK: JSON

    private func rows() throws -> (DatasetFormat, [Record]) {
        var lines = try LineReader(path: path, longestLine: longestRow)
        var rows = Rows()
        while let line = try lines.next() {
            if isCancelled() { throw CancellationError() }
            if line.isBlank { continue }
            if rows.isEmpty, line.bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "[") {
                return try array(from: line, and: &lines)
            }
            let source = RecordSource(file: path, line: line.number)
            do {
                try rows.append(try JSONParser.parse(line.bytes), at: source)
            } catch let failure as JSONParser.Failure {
                throw broken(failure, in: line.bytes, from: line.number)
            }
        }
        return (rows.format ?? .messages, rows.records)
    }

    /// The elements of a file that is one array.
    ///
    /// Its lines are joined, since an element may go over many of them.
    private func array(
        from first: LineReader.Line,
        and lines: inout LineReader
    ) throws -> (DatasetFormat, [Record]) {
        var bytes = first.bytes
        while let line = try lines.next() {
            bytes.append(UInt8(ascii: "\n"))
            bytes += line.bytes
            guard bytes.count <= 16 * longestRow else {
                throw DatasetError(
                    .tooLong,
                    "\(path) is one JSON array of more than \(16 * longestRow) bytes",
                    hint: "write it as JSON Lines, one object a line"
                )
            }
        }
        var rows = Rows()
        var parser = JSONParser(bytes)
        var place = TextPlace(line: first.number)
        do {
            _ = parser.peek()
            parser.take()
            var isExpectingValue = parser.peek() != UInt8(ascii: "]")
            if !isExpectingValue { parser.take() }
            while isExpectingValue {
                if isCancelled() { throw CancellationError() }
                _ = parser.peek()
                place.advance(to: parser.offset, in: bytes)
                let value = try parser.value(depth: 1)
                try rows.append(value, at: RecordSource(file: path, line: place.line))
                isExpectingValue = parser.peek() == UInt8(ascii: ",")
                guard isExpectingValue || parser.peek() == UInt8(ascii: "]") else {
                    throw parser.failure("',' or ']' is expected")
                }
                parser.take()
            }
            if parser.peek() != nil {
                throw parser.failure("there is more behind the end of the array")
            }
        } catch let failure as JSONParser.Failure {
            throw broken(failure, in: bytes, from: first.number)
        }
        return (rows.format ?? .messages, rows.records)
    }

    private func broken(
        _ failure: JSONParser.Failure,
        in bytes: [UInt8],
        from line: Int
    ) -> DatasetError {
        var place = TextPlace(line: line)
        place.advance(to: failure.offset, in: bytes)
        return DatasetError(
            .brokenRow,
            at: RecordSource(file: path, line: place.line),
            column: place.column,
            failure.what,
            hint: "correct the line or take it out; no row is left out silently"
        )
    }

    // MARK: Text

    /// The documents of a text file: what stands between runs of two or more empty lines.
    private func documents() throws -> [Record] {
        var lines = try LineReader(path: path, longestLine: longestRow)
        var records: [Record] = []
        var document: [UInt8] = []
        var start = 0
        var blankLines = 0
        func close() {
            guard !document.isEmpty else { return }
            let text = String(decoding: document, as: UTF8.self)
            records.append(Record(.text(text), source: RecordSource(file: path, line: start)))
            document = []
        }
        while let line = try lines.next() {
            if isCancelled() { throw CancellationError() }
            if line.isBlank {
                blankLines += 1
                continue
            }
            if blankLines > 1 { close() }
            if document.isEmpty {
                start = line.number
            } else {
                document += [UInt8](repeating: UInt8(ascii: "\n"), count: 1 + blankLines)
            }
            document += line.bytes
            blankLines = 0
            guard document.count <= longestRow else {
                throw DatasetError(
                    .tooLong,
                    at: RecordSource(file: path, line: start),
                    "the document is longer than \(longestRow) bytes",
                    hint: "divide documents by two empty lines"
                )
            }
        }
        close()
        return records
    }
}

/// The rows of a file so far, all of one format.
private struct Rows {
    var format: DatasetFormat?
    var records: [Record] = []

    var isEmpty: Bool { records.isEmpty }

    mutating func append(_ value: JSONValue, at source: RecordSource) throws {
        let (format, record) = try RowParser(source: source).record(value)
        guard format == self.format ?? format else {
            throw DatasetError(
                .wrongShape,
                at: source,
                "the row is in the format \(format.rawValue), the rows before are not",
                hint: "keep one format to a file"
            )
        }
        self.format = format
        records.append(record)
    }
}

/// A line and column of a text, moved on without reading any byte twice.
private struct TextPlace {
    var line: Int
    var column = 1
    private var offset = 0

    init(line: Int) {
        self.line = line
    }

    /// Goes on to a byte; the column counts characters, not bytes.
    mutating func advance(to target: Int, in bytes: [UInt8]) {
        for byte in bytes[offset..<min(target, bytes.count)] {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        offset = max(offset, min(target, bytes.count))
    }
}
