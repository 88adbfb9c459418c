/// The state of a list: the selected row, the scroll position, marked rows, and the filter.
///
/// The selection is an id, so a refresh that adds or reorders rows does not change it.
/// Rows are given as a collection of ids, which may be a range.
public struct ListState<ID: Hashable & Sendable>: Hashable, Sendable {
    /// The selected row.
    public private(set) var selected: ID?
    /// The rows that are marked.
    public var marked: Set<ID> = []
    /// The first row shown, if the selection is visible then.
    public private(set) var offset = 0
    /// The text that the rows are filtered by.
    public var filter = TextFieldState()
    /// Whether the filter has the focus.
    public var isFiltering = false
    /// The position of the selection, for when its row disappears.
    private var index = 0

    /// A list with a row selected, or none.
    public init(_ selected: ID? = nil) { self.selected = selected }

    /// Whether there is a filter to show.
    public var hasFilter: Bool { isFiltering || !filter.text.isEmpty }

    /// The position of the selected row among `ids`: its own, else its last one, else nil for an
    /// empty list.
    public func position(in ids: some RandomAccessCollection<ID>) -> Int? {
        guard !ids.isEmpty else { return nil }
        // Nearly always where it was, so that long lists are not searched.
        if index < ids.count, ids[ids.index(ids.startIndex, offsetBy: index)] == selected {
            return index
        }
        if let selected, let position = ids.position(of: selected) { return position }
        return min(index, ids.count - 1)
    }

    /// Selects a row by its id.
    public mutating func select(_ id: ID, in ids: some RandomAccessCollection<ID>) {
        guard let position = ids.position(of: id) else { return }
        selected = id
        index = position
    }

    /// Selects a row by its position, as a click does; false if there is no such row.
    public mutating func select(row: Int, in ids: some RandomAccessCollection<ID>) -> Bool {
        guard row >= 0, row < ids.count else { return false }
        selected = ids[ids.index(ids.startIndex, offsetBy: row)]
        index = row
        return true
    }

    /// Moves the selection by rows, stopping at the ends; `visibleRows` keeps the scroll in step.
    public mutating func move(
        by rows: Int,
        in ids: some RandomAccessCollection<ID>,
        visibleRows: Int = 0
    ) {
        guard let position = position(in: ids) else { return }
        _ = select(row: min(max(0, position + rows), ids.count - 1), in: ids)
        offset = firstVisible(in: ids, rows: visibleRows)
    }

    /// Updates the selection for a refreshed list: if its row is gone, the one in its place is
    /// selected.
    public mutating func refresh(_ ids: some RandomAccessCollection<ID>) {
        guard let position = position(in: ids) else {
            selected = nil
            return
        }
        _ = select(row: position, in: ids)
    }

    /// Moves the selection as arrows, `j` and `k`, page keys, home and end do; false for other keys.
    public mutating func handle(
        _ key: Key,
        in ids: some RandomAccessCollection<ID>,
        visibleRows: Int
    ) -> Bool {
        let page = max(1, visibleRows - 1)
        switch key {
        case .up, "k": move(by: -1, in: ids, visibleRows: visibleRows)
        case .down, "j": move(by: 1, in: ids, visibleRows: visibleRows)
        case .pageUp: move(by: -page, in: ids, visibleRows: visibleRows)
        case .pageDown: move(by: page, in: ids, visibleRows: visibleRows)
        case .home, "g": move(by: -ids.count, in: ids, visibleRows: visibleRows)
        case .end, "G": move(by: ids.count, in: ids, visibleRows: visibleRows)
        default: return false
        }
        return true
    }

    /// The first of `rows` rows to show so that the selection is visible.
    public func firstVisible(in ids: some RandomAccessCollection<ID>, rows: Int) -> Int {
        guard rows > 0, ids.count > rows else { return 0 }
        var first = min(offset, ids.count - rows)
        if let position = position(in: ids) {
            first = min(max(first, position - rows + 1), position)
        }
        return max(0, first)
    }

    /// Gives the filter the focus, its text selected.
    public mutating func startFiltering() {
        isFiltering = true
        filter.selectAll()
    }

    /// Removes the filter; false if there is none.
    public mutating func clearFilter() -> Bool {
        guard hasFilter else { return false }
        isFiltering = false
        filter = TextFieldState()
        return true
    }

    /// Draws the filter, if there is one, in the last row of a rectangle; returns the rest.
    public func drawFilter(
        placeholder: String = "",
        in rect: Rect,
        on canvas: inout Canvas
    ) -> Rect {
        guard hasFilter else { return rect }
        let rows = rect.rows([.ratio(1), .fixed(1)])
        let field = rows[1].columns([.fixed(2), .ratio(1)])
        canvas.write(StyledText("/", .accent), in: field[0])
        TextField(filter, placeholder: placeholder, isFocused: isFiltering)
            .draw(in: field[1], on: &canvas)
        return rows[0]
    }
}

extension RandomAccessCollection where Element: Equatable {
    /// The distance of an element from the first one; nil if it is not in the collection.
    fileprivate func position(of element: Element) -> Int? {
        firstIndex(of: element).map { distance(from: startIndex, to: $0) }
    }
}
