import Platform
package import TerminalUI

/// The state of the opened log of a task.
package struct FlowLogState: Equatable, Sendable {
    /// The line with the cursor.
    package var cursor = ListState<Int>()
    /// Whether the cursor stays at the newest line.
    package var isFollowing = true
    /// The text that is searched for.
    package var search = TextFieldState()
    /// Whether the search has the focus.
    package var isSearching = false
    /// Whether no line has the text.
    package private(set) var hasNoMatch = false
    /// Columns that are scrolled out on the left.
    package var shift = 0

    package init() {}

    /// Moves the cursor; it follows the log while it is at the end.
    package mutating func handle(_ key: Key, count: Int, visibleRows: Int) -> Bool {
        switch key {
        case .left: shift = max(0, shift - 16)
        case .right: shift += 16
        default:
            pin(count)
            guard cursor.handle(key, in: 0..<count, visibleRows: visibleRows) else { return false }
            isFollowing = cursor.selected == count - 1
        }
        return true
    }

    /// Notes whether any line has the text, after the text changed or lines were added.
    package mutating func check(_ log: FlowTaskLog?) {
        let text = search.text
        hasNoMatch = !text.isEmpty && log?.line(with: text, from: 0, backwards: false) == nil
    }

    /// Notes whether added lines have the text.
    package mutating func checkAdded(_ lines: [String]) {
        let wanted = search.text.lowercased()
        if hasNoMatch, lines.contains(where: { $0.lowercased().contains(wanted) }) {
            hasNoMatch = false
        }
    }

    /// Moves the cursor by lines.
    package mutating func move(by lines: Int, count: Int, visibleRows: Int) {
        pin(count)
        cursor.move(by: lines, in: 0..<count, visibleRows: visibleRows)
        isFollowing = cursor.selected == count - 1
    }

    /// Puts the cursor on a line.
    package mutating func go(to line: Int, count: Int) {
        guard line != position(count) else { return }
        _ = cursor.select(row: line, in: 0..<count)
        isFollowing = line == count - 1
    }

    /// The line with the cursor.
    package func position(_ count: Int) -> Int? {
        guard count > 0 else { return nil }
        return isFollowing ? count - 1 : min(cursor.selected ?? count - 1, count - 1)
    }

    private mutating func pin(_ count: Int) {
        if let position = position(count) { _ = cursor.select(row: position, in: 0..<count) }
    }
}

/// Draws the opened log of a task.
struct FlowLogView {
    let state: FlowLogState
    let log: FlowTaskLog?
    let task: String

    static let hitPrefix = "line:"

    /// The rows that show lines.
    static func visibleRows(in rect: Rect) -> Int { max(1, rect.insideBorder.height) }

    func draw(in rect: Rect, on canvas: inout Canvas) {
        let count = log?.lines.count ?? 0
        let position = state.position(count)
        var title = StyledText("Log of \(task)", .strong)
        let dot = canvas.glyphs.dot
        if state.isFollowing { title.append(" \(dot) following", .accent) }
        if let dropped { title.append(" \(dot) \(dropped)", .warning) }
        let place = position.map { "\($0 + 1 + (log?.droppedLines ?? 0)) of \(total)" } ?? ""
        var inner = canvas.box(
            rect,
            title: title,
            trailing: StyledText(place, .muted),
            isFocused: true
        )
        if state.isSearching || !state.search.text.isEmpty {
            let rows = inner.rows([.ratio(1), .fixed(1)])
            let verdict = StyledText(state.hasNoMatch ? "no match" : "", .warning)
            let field = rows[1].columns([.fixed(2), .ratio(1), .fixed(verdict.width)])
            canvas.write(StyledText("/", .accent), in: field[0])
            canvas.write(verdict, in: field[2])
            TextField(state.search, placeholder: "text", isFocused: state.isSearching)
                .draw(in: field[1], on: &canvas)
            inner = rows[0]
        }
        guard let log, count > 0 else {
            return _ = canvas.write(StyledText("No output yet.", .muted), in: inner)
        }
        draw(log.lines, at: position ?? 0, in: inner, on: &canvas)
    }

    private var total: Int { (log?.lines.count ?? 0) + (log?.droppedLines ?? 0) }

    /// What is missing at the start.
    private var dropped: String? {
        guard let log, log.droppedLines > 0 else { return nil }
        return "the first \(log.droppedLines) lines are not shown"
    }

    private func draw(
        _ lines: [String],
        at position: Int,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        let first =
            state.isFollowing
            ? max(0, lines.count - rect.height)
            : state.cursor.firstVisible(in: 0..<lines.count, rows: rect.height)
        let wanted = state.search.text.lowercased()
        for (row, line) in (first..<min(lines.count, first + rect.height)).enumerated() {
            let area = rect.row(row)
            let text = VisibleText.line(lines[line])
            canvas.clipped(to: area) { canvas in
                _ = canvas.write(text, x: area.x - state.shift, y: area.y)
            }
            if line == position { canvas.cover(area, with: .selection) }
            mark(wanted, in: text, area, on: &canvas)
            canvas.hit(area, "\(Self.hitPrefix)\(line)")
        }
    }

    /// Shows the places of the searched text.
    private func mark(_ wanted: String, in text: String, _ area: Rect, on canvas: inout Canvas) {
        guard !wanted.isEmpty else { return }
        // Lowercasing keeps the number of graphemes, but not that of bytes.
        let shown = text.prefix(state.shift + area.width)
        let lowered = shown.lowercased()
        for found in lowered.ranges(of: wanted) {
            let before = lowered.distance(from: lowered.startIndex, to: found.lowerBound)
            let place = Rect(
                x: area.x - state.shift + DisplayWidth.of(String(shown.prefix(before))),
                y: area.y,
                width: DisplayWidth.of(String(shown.dropFirst(before).prefix(wanted.count))),
                height: 1
            )
            canvas.cover(place.intersection(area), with: .selection, [.bold, .reverse])
        }
    }
}
