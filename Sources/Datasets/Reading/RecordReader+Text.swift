extension RecordReader {
    /// Reads the documents of a text file, separated by two or more empty lines.
    func readDocuments(into rows: inout RowCollector) throws {
        try readText(into: &rows) { $0 > 1 }
    }

    /// Reads a file that is one document, such as a page in Markdown.
    func readDocument(into rows: inout RowCollector) throws {
        try readText(into: &rows) { _ in false }
    }

    /// - Parameter divides: Whether this number of empty lines ends a document.
    private func readText(into rows: inout RowCollector, divides: (Int) -> Bool) throws {
        var lines = try LineReader(path: path, maxLineSize: maxRowSize)
        var document: [UInt8] = []
        var start = 0
        var blankLines = 0
        func close(_ rows: inout RowCollector) {
            guard !document.isEmpty else { return }
            if rows.takesNext() {
                rows.append(document: document, at: RecordSource(file: path, line: start))
            }
            document = []
        }
        while !rows.isFull, let line = try lines.next() {
            try checkCancelled()
            if line.isBlank {
                blankLines += 1
                continue
            }
            if divides(blankLines) { close(&rows) }
            if document.isEmpty {
                start = line.number
            } else {
                document += [UInt8](repeating: UInt8(ascii: "\n"), count: 1 + blankLines)
            }
            document += line.bytes
            blankLines = 0
            guard document.count <= maxRowSize else {
                throw DatasetError(
                    .tooLong,
                    at: RecordSource(file: path, line: start),
                    "the document is longer than \(maxRowSize) bytes",
                    hint: "separate documents by two empty lines"
                )
            }
        }
        close(&rows)
    }
}
