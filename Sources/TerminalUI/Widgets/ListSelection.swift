/// Which row of a list is selected, which are marked, and how far it is scrolled.
///
/// The selection is an id, so a refresh that adds or reorders rows never moves it to another thing.
public struct ListSelection<ID: Hashable & Sendable>: Hashable, Sendable {
    /// The selected row.
    public private(set) var selected: ID?
    /// The rows marked for an action on several.
    public var marked: Set<ID> = []
    /// The first row shown, as far as the selection allows.
    public private(set) var offset = 0
    /// Where the selection was last, for when its row disappears.
    private var index = 0

    /// A list with a row selected, or none.
    public init(_ selected: ID? = nil) { self.selected = selected }

    /// The position of the selected row among `ids`: its own, else where it was, else nil for an
    /// empty list.
    public func position(in ids: [ID]) -> Int? {
        guard !ids.isEmpty else { return nil }
        if let selected, let position = ids.firstIndex(of: selected) { return position }
        return min(index, ids.count - 1)
    }

    /// Selects a row by its id.
    public mutating func select(_ id: ID, in ids: [ID]) {
        guard let position = ids.firstIndex(of: id) else { return }
        selected = id
        index = position
    }

    /// Moves the selection by rows, stopping at the ends; `visibleRows` keeps the scroll in step.
    public mutating func move(by rows: Int, in ids: [ID], visibleRows: Int = 0) {
        guard let position = position(in: ids) else { return }
        index = min(max(0, position + rows), ids.count - 1)
        selected = ids[index]
        offset = firstVisible(in: ids, rows: visibleRows)
    }

    /// Takes in a refreshed list: a selected row that is gone gives way to the one in its place.
    public mutating func refresh(_ ids: [ID]) {
        marked.formIntersection(ids)
        guard let position = position(in: ids) else {
            selected = nil
            return
        }
        index = position
        selected = ids[position]
    }

    /// Marks the selected row or takes its mark away.
    public mutating func toggleMark(in ids: [ID]) {
        guard let position = position(in: ids) else { return }
        let id = ids[position]
        if marked.remove(id) == nil { marked.insert(id) }
    }

    /// Moves the selection as arrows, `j` and `k`, page keys, home and end do; tells whether it did.
    public mutating func handle(_ key: Key, in ids: [ID], visibleRows: Int) -> Bool {
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

    /// The first row to show among `rows` so that the selection is among them.
    public func firstVisible(in ids: [ID], rows: Int) -> Int {
        guard rows > 0, ids.count > rows else { return 0 }
        var first = min(offset, ids.count - rows)
        if let position = position(in: ids) {
            first = min(max(first, position - rows + 1), position)
        }
        return max(0, first)
    }
}
