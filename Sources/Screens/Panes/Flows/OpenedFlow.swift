package import FoundationEssentials
package import TerminalUI
package import Workflows

/// The flow run whose tasks are shown.
package struct OpenedFlow: Equatable, Sendable {
    /// Its id.
    package let id: String
    /// Its tasks.
    package private(set) var board: FlowBoard
    /// The row with the cursor.
    package var cursor = ListState<Int>()
    /// The task that was read last, of the cursor or another.
    package var task: TaskDetail?
    /// The log that was read last.
    package var log: FlowTaskLog?
    /// The filter of the rows.
    package var filter = TextFieldState()
    /// Whether the filter has the focus.
    package var isFiltering = false
    /// What tasks of this process reported while the flow run was being read.
    private var reported: [Report] = []

    private struct Report: Equatable, Sendable {
        let event: FlowEvent
        let date: Date
    }

    package init(_ detail: FlowRunDetail) {
        id = detail.summary.id
        board = FlowBoard(detail.tasks)
        // What needs a person, or happens now, is selected first.
        let urgent = TaskState.byPrecedence.prefix(5)
        let first = urgent.lazy.compactMap { state in
            detail.tasks.firstIndex { $0.state == state }
        }.first
        if let row = board.row(of: first.map(FlowBoard.Item.task)) ?? (board.rows.isEmpty ? nil : 0)
        {
            _ = cursor.select(row: row, in: 0..<board.rows.count)
        }
    }

    /// The item with the cursor.
    package var item: FlowBoard.Item? {
        cursor.position(in: 0..<board.rows.count).map { board.rows[$0].item }
    }

    /// The task with the cursor; nil for a matrix.
    package var selected: TaskSummary? {
        if case .task(let place) = item { board.tasks[place] } else { nil }
    }

    /// Takes the flow run as it was read again.
    package mutating func take(_ detail: FlowRunDetail) {
        if board.hasStructure(of: detail.tasks) {
            board.take(detail.tasks)
        } else {
            let old = board
            let item = item
            board = FlowBoard(detail.tasks, expanded: old.expanded, filter: old.filter)
            go(to: item.flatMap { board.item(like: $0, in: old) })
        }
        for report in reported { apply(report.event, at: report.date) }
        reported = []
    }

    /// Applies an event about a task; it is remembered while the flow run is being read, since what
    /// is read may be older.
    package mutating func apply(_ event: FlowEvent, at now: Date, isReading: Bool) {
        if isReading { reported.append(.init(event: event, date: now)) }
        apply(event, at: now)
    }

    private mutating func apply(_ event: FlowEvent, at now: Date) {
        switch event {
        case .task(_, let id, let state, let attempt, let reason):
            _ = board.update(id) { task in
                task.state = state
                task.attempt = attempt
                task.reason = reason
                if state == .running { task.startedAt = task.startedAt ?? now }
                if state.isTerminal {
                    task.endedAt = now
                    task.progress = nil
                } else {
                    task.endedAt = nil
                }
            }
        case .progress(_, let id, let progress):
            _ = board.update(id) { $0.progress = progress }
        default: break
        }
    }

    /// Moves the cursor to an item.
    package mutating func go(to item: FlowBoard.Item?) {
        let row = board.row(of: item) ?? cursor.position(in: 0..<board.rows.count)
        if let row { _ = cursor.select(row: row, in: 0..<board.rows.count) }
    }

    /// Moves the cursor to the row of a position, as a click does.
    package mutating func go(toRow row: Int) -> Bool {
        cursor.select(row: row, in: 0..<board.rows.count)
    }

    /// Shows the tasks of the matrix with the cursor, or one row for all.
    package mutating func toggle() {
        let item = item
        switch item {
        case .matrix(let group): board.toggle(board.groups[group].name)
        case .task(let place):
            let name = board.tasks[place].name
            guard board.expanded.contains(name) else { return }
            board.toggle(name)
        case nil: return
        }
        go(to: item)
    }

    /// Shows the tasks of a matrix, with the cursor on the one to look at first: one that failed, else
    /// one that runs.
    package mutating func expand(_ group: Int) {
        let matrix = board.groups[group]
        if !board.expanded.contains(matrix.name) { board.toggle(matrix.name) }
        let first = MatrixText.ordered(matrix, board).first
        go(to: first.flatMap { board.place(of: $0.id) }.map(FlowBoard.Item.task))
    }

    /// Applies the typed filter.
    package mutating func filterChanged() {
        let item = item
        board.setFilter(filter.text)
        go(to: item)
        cursor.refresh(0..<board.rows.count)
    }
}
