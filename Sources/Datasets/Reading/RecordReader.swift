import JSON

/// Reads the rows of one file, in whichever format they are written.
struct RecordReader {
    let path: String
    /// A longer row is refused, in bytes.
    let longestRow: Int
    var mapping = ColumnMapping()
    /// The format to read, where rows may show several; nil takes the first that they show.
    var format: DatasetFormat?
    /// Whether broken rows are left out and counted, or make the reading fail.
    var leavesBrokenRowsOut = false
    /// The rows that are wanted, by their place from 0; nil for all.
    var window: Range<Int>?
    let isCancelled: () -> Bool

    /// The rows, in order, and their format.
    ///
    /// - Throws: `DatasetError` that names the broken rows, and for a file without any;
    ///   `CancellationError` when cancelled.
    func read() throws -> RowCollector {
        if let ending = FileEnding(of: path), ending.isText { try checkIsForDocuments() }
        var rows = RowCollector(mapping: mapping, chosen: format, window: window)
        switch FileEnding(of: path) {
        case .txt: try readDocuments(into: &rows)
        case .md: try readDocument(into: &rows)
        case .json, .jsonl: try readJSON(into: &rows)
        case .csv, .tsv: try readTable(into: &rows)
        case nil:
            throw DatasetError(
                .unsupported,
                "\(path) is not a kind of file that is read",
                hint: "datasets are .jsonl, .json, .csv, .tsv, .txt and .md files"
            )
        }
        if !leavesBrokenRowsOut { try rows.checkAllAreSound() }
        guard !rows.records.isEmpty || window != nil else {
            try rows.checkAllAreSound()
            throw DatasetError(
                .empty,
                "there is no row in \(path)",
                hint: "write one JSON object a line, or text"
            )
        }
        return rows
    }

    /// - Throws: `DatasetError.Code.invalidStep` for what is asked of rows and documents do not have.
    private func checkIsForDocuments() throws {
        let isRefused = format.map { $0 != .text } ?? false
        guard mapping.pairs.isEmpty, !isRefused else {
            throw DatasetError(
                .invalidStep,
                "\(path) holds documents, which have no members and one format",
                hint: "leave out \(isRefused ? "the format" : "the mapping")"
            )
        }
    }

    func checkCancelled() throws {
        if isCancelled() { throw CancellationError() }
    }

    /// A fault in JSON, by the line and column at which it stands.
    func broken(_ failure: JSONParser.Failure, in text: JSONText) -> DatasetError {
        broken(failure.what, at: failure.offset, in: text)
    }

    func broken(_ what: String, at offset: Int, in text: JSONText) -> DatasetError {
        var place = TextPlace(line: text.line, column: text.column)
        place.advance(to: offset, in: text.bytes)
        let isComment = text.hasComment(at: offset)
        return DatasetError(
            .brokenRow,
            at: RecordSource(file: path, line: place.line),
            column: place.column,
            isComment ? "JSON has no comments" : what,
            hint: isComment
                ? "take the comments out"
                : "correct the line or take it out; no row is left out silently"
        )
    }
}
