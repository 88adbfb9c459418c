import JSON

extension RecordReader {
    /// Reads JSON Lines, or one array.
    func readJSON(into rows: inout RowCollector) throws {
        var lines = try LineReader(path: path, longestLine: longestRow)
        while !rows.isFull {
            try checkCancelled()
            let line: LineReader.Line
            do {
                guard let next = try lines.next() else { return }
                line = next
            } catch let fault as DatasetError where fault.code == .notUTF8 {
                // The line is read to its end, so those behind it can be looked at.
                _ = rows.takesNext()
                rows.note(fault)
                continue
            }
            if line.isBlank { continue }
            if rows.isEmpty, line.bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "[") {
                return try readArray(from: line, and: &lines, into: &rows)
            }
            guard rows.takesNext() else { continue }
            do {
                let value = try JSONParser.parse(line.bytes)
                try rows.append(value, at: RecordSource(file: path, line: line.number))
            } catch let failure as JSONParser.Failure {
                rows.note(broken(failure, in: line.bytes, from: line.number))
            }
        }
    }

    /// Reads the elements of a file that is one array.
    ///
    /// Its lines are joined, since an element may go over many of them. Behind broken JSON no
    /// element can be told from another, so nothing more is read.
    private func readArray(
        from first: LineReader.Line,
        and lines: inout LineReader,
        into rows: inout RowCollector
    ) throws {
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
        var parser = JSONParser(bytes)
        var place = TextPlace(line: first.number)
        do {
            _ = parser.peek()
            parser.take()
            var isExpectingValue = parser.peek() != UInt8(ascii: "]")
            if !isExpectingValue { parser.take() }
            while isExpectingValue {
                try checkCancelled()
                _ = parser.peek()
                place.advance(to: parser.offset, in: bytes)
                let value = try parser.value(depth: 1)
                if rows.takesNext() {
                    try rows.append(value, at: RecordSource(file: path, line: place.line))
                }
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
    }
}

/// A line and column of a text, moved on without reading any byte twice.
struct TextPlace {
    private(set) var line: Int
    private(set) var column = 1
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
