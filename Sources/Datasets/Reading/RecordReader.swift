import JSON

/// Reads the rows of one file, in whichever format they are written.
struct RecordReader {
    let path: String
    /// A longer row is refused, in bytes.
    let longestRow: Int
    var mapping = ColumnMapping()
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
        var rows = RowCollector(mapping: mapping, window: window)
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
            if let fault = rows.firstFault { throw DatasetError(fault, of: rows.broken) }
            throw DatasetError(
                .empty,
                "there is no row in \(path)",
                hint: "write one JSON object a line, or text"
            )
        }
        return rows
    }

    func checkCancelled() throws {
        if isCancelled() { throw CancellationError() }
    }

    /// A fault in JSON that began in a line, by the line and column at which it stands.
    func broken(
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
}
