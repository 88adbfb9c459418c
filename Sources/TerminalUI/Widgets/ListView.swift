/// Draws one line per row, with a pointer at the selected one.
public struct ListView<ID: Hashable & Sendable> {
    private let table: Table<[ID]>

    /// A list to draw; texts are made for visible rows only.
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

    /// `4 of 20`, for the bottom border.
    public func footer(_ selection: ListState<ID>) -> String { table.footer(selection) }

    /// Draws the visible rows.
    public func draw(in rect: Rect, selection: ListState<ID>, on canvas: inout Canvas) {
        table.draw(in: rect, selection: selection, on: &canvas)
    }
}
