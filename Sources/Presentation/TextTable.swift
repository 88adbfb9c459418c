import Platform

/// Rows of text in columns that are as wide as their longest cell.
package struct TextTable {
    private var rows: [[String]]

    /// A table with a heading for each column.
    package init(_ header: [String]) {
        rows = []
        add(header)
    }

    /// Appends a row; characters that could steer a terminal are replaced.
    package mutating func add(_ row: [String]) {
        rows.append(row.map(VisibleText.line))
    }

    /// The lines, without trailing blanks.
    package var lines: [String] {
        let widths = rows.reduce(into: [Int]()) { widths, row in
            for (i, cell) in row.enumerated() {
                let width = DisplayWidth.of(cell)
                if i < widths.count {
                    widths[i] = max(widths[i], width)
                } else {
                    widths.append(width)
                }
            }
        }
        return rows.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - DisplayWidth.of(cell))
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
