import TerminalUI

/// The list of a pane in a box: a table, the filter below it, and what is said if nothing matches.
struct ListBox<Rows: RandomAccessCollection>
where Rows.Element: Identifiable, Rows.Element.ID: Sendable, Rows.Index == Int {
    let title: StyledText
    let rows: Rows
    let columns: [TableColumn]
    var hasHeader = true
    var isFocused = true
    let hitPrefix: String
    /// The texts of a row, one a column.
    let cells: (Rows.Element) -> [StyledText]

    func draw(_ list: ListState<Rows.Element.ID>, in rect: Rect, on canvas: inout Canvas) {
        let table = Table(
            cellsAt: { cells(rows[$0]) },
            columns: columns,
            rows: rows.lazy.map { $0.id },
            hasHeader: hasHeader,
            isFocused: isFocused,
            hitPrefix: hitPrefix
        )
        var inner = canvas.box(
            rect,
            title: title,
            trailing: StyledText(table.footer(list), .muted),
            isFocused: isFocused
        )
        inner = list.drawFilter(placeholder: "words, !not", in: inner, on: &canvas)
        table.draw(in: inner, selection: list, placeholder: .noMatch, on: &canvas)
    }
}

extension StyledText {
    /// What a list says if its filter leaves nothing.
    static let noMatch = StyledText("No match; esc clears the filter.", .muted)
}
