/// Draws one line a row, with a pointer at the selected one.
public struct ListView<ID: Hashable & Sendable> {
    private let table: Table<ID>

    /// A list to draw; texts are asked for only where rows are visible.
    public init(
        rows: [ID],
        isFocused: Bool = true,
        hitPrefix: String? = nil,
        text: @escaping (ID) -> StyledText
    ) {
        table = Table(
            columns: [TableColumn("", width: 1, weight: 1)],
            rows: rows,
            hasHeader: false,
            isFocused: isFocused,
            hitPrefix: hitPrefix,
            cells: { [text($0)] }
        )
    }

    /// `4 of 20`: what belongs into the border below.
    public func footer(_ selection: ListState<ID>) -> String { table.footer(selection) }

    /// Draws the visible rows.
    public func draw(in rect: Rect, selection: ListState<ID>, on canvas: inout Canvas) {
        table.draw(in: rect, selection: selection, on: &canvas)
    }
}
