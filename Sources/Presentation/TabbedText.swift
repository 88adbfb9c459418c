/// Rows as tab-separated text.
package enum TabbedText {
    /// One line per row; tabs and newlines within a cell become blanks.
    package static func of(_ rows: [[String]]) -> String {
        rows.map { row in
            row.map { String($0.map { $0 == "\t" || $0.isNewline ? " " : $0 }) }
                .joined(separator: "\t") + "\n"
        }.joined()
    }
}
