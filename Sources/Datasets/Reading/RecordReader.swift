import JSON
import Platform

/// Reads the rows of one file, in any format.
struct RecordReader {
    let path: String
    /// A larger row is refused, in bytes.
    let maxRowSize: Int
    var mapping = ColumnMapping()
    /// The format to read if rows match several; nil reads the first that matches.
    var format: DatasetFormat?
    /// Whether broken rows are left out and counted, or are errors.
    var leavesBrokenRowsOut = false
    /// The range of rows to read, from 0; nil for all.
    var window: Range<Int>?
    let isCancelled: () -> Bool

    /// The rows, in order, and their format.
    ///
    /// - Throws: `DatasetError` that describes the broken rows, and for a file without any row;
    ///   `CancellationError` when cancelled.
    func read() throws -> RowCollector {
        if let ending = FileEnding(of: path), ending.isText { try checkDocumentOptions() }
        var rows = RowCollector(mapping: mapping, chosen: format, window: window)
        switch FileEnding(of: path) {
        case .txt: try readDocuments(into: &rows)
        case .md: try readDocument(into: &rows)
        case .json, .jsonl: try readJSON(into: &rows)
        case .csv, .tsv: try readTable(into: &rows)
        case nil:
            throw DatasetError(
                .unsupported,
                "\(path) is not a supported kind of file",
                hint: "datasets are .jsonl, .json, .csv, .tsv, .txt and .md files"
            )
        }
        if !leavesBrokenRowsOut { try rows.checkRows() }
        guard !rows.records.isEmpty || window != nil else {
            try rows.checkRows()
            throw DatasetError(
                .empty,
                "there is no row in \(path)",
                hint: "write one JSON object a line, or text"
            )
        }
        return rows
    }

    /// - Throws: `DatasetError.Code.invalidStep` for options that do not apply to documents.
    private func checkDocumentOptions() throws {
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

    /// A fault in JSON, with its line and column.
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
                ? "remove the comments"
                : "correct or remove the line; no row is left out silently"
        )
    }
}
