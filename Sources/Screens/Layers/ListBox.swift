import TerminalUI

/// The list of a pane in a box: a table, the filter below it, and what is said if nothing matches.
struct ListBox<Row: Identifiable> where Row.ID: Sendable {
    let title: StyledText
    let rows: [Row]
    let columns: [TableColumn]
    var hasHeader = true
    var isFocused = true
    let hitPrefix: String
    /// The texts of a row, one a column.
    let cells: (Row) -> [StyledText]

    func draw(_ list: ListState<Row.ID>, in rect: Rect, on canvas: inout Canvas) {
        let ids = rows.map(\.id)
        let places = Dictionary(zip(ids, ids.indices)) { first, _ in first }
        let table = Table(
            columns: columns,
            rows: ids,
            hasHeader: hasHeader,
            isFocused: isFocused,
            hitPrefix: hitPrefix
        ) { id in places[id].map { cells(rows[$0]) } ?? [] }
        var inner = canvas.box(
            rect,
            title: title,
            trailing: StyledText(table.footer(list), .muted),
            isFocused: isFocused
        )
        inner = list.drawFilter(placeholder: "words, !not", in: inner, on: &canvas)
        if rows.isEmpty {
            canvas.write(StyledText("No match; esc clears the filter.", .muted), in: inner)
        }
        table.draw(in: inner, selection: list, on: &canvas)
    }
}
