import TerminalUI

/// Rows of text in columns that are as wide as their longest cell.
struct TextTable {
    private var rows: [[String]]

    init(_ header: [String]) {
        rows = []
        add(header)
    }

    mutating func add(_ row: [String]) {
        rows.append(row.map(Console.line))
    }

    /// The lines, without blanks at their ends.
    var lines: [String] {
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

    func print() {
        for line in lines { Console.print(line) }
    }
}
