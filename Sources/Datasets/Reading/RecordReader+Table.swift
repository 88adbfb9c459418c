import JSON
import Platform

extension RecordReader {
    /// Reads a table with a header, whose rows are the dataset's.
    func readTable(into rows: inout RowCollector) throws {
        let isTabbed = FileEnding(of: path) == .tsv
        var table = try TableReader(
            path: path,
            delimiter: isTabbed ? UInt8(ascii: "\t") : nil,
            maxRowSize: maxRowSize
        )
        while !rows.isFull {
            try checkCancelled()
            do {
                guard let row = try table.next() else { break }
                guard rows.takesNext() else { continue }
                try rows.append(.object(row.object), at: RecordSource(file: path, line: row.line))
            } catch let fault as DatasetError where fault.code == .wrongShape {
                // The row's end was found, so later ones can be read.
                _ = rows.takesNext()
                rows.note(fault)
            }
        }
        rows.notes += table.decisions
    }
}
