import JSON

extension RecordReader {
    /// Reads a table with a header, each of whose rows is a row of the dataset.
    func readTable(into rows: inout RowCollector) throws {
        let isTabbed = FileEnding(of: path) == .tsv
        var table = try TableReader(
            path: path,
            delimiter: isTabbed ? UInt8(ascii: "\t") : nil,
            longestRow: longestRow
        )
        while !rows.isFull {
            try checkCancelled()
            do {
                guard let row = try table.next() else { break }
                guard rows.takesNext() else { continue }
                try rows.append(.object(row.object), at: RecordSource(file: path, line: row.line))
            } catch let fault as DatasetError where fault.code == .wrongShape {
                // The row's end was found, so those behind it can be looked at.
                _ = rows.takesNext()
                rows.note(fault)
            }
        }
        rows.notes += table.decisions
    }
}
