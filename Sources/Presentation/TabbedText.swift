/// Rows as text that a spreadsheet reads.
package enum TabbedText {
    /// A line for each row, with tabs between the cells.
    package static func of(_ rows: [[String]]) -> String {
        rows.map { row in
            row.map { String($0.map { $0 == "\t" || $0.isNewline ? " " : $0 }) }
                .joined(separator: "\t") + "\n"
        }.joined()
    }
}
