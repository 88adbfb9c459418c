import Platform
package import TerminalUI
import Workflows
import Workspace

/// Pane 6: flow runs, the tasks of the selected one, and what can be started.
extension FlowsState: PaneState {
    package static var path: WritableKeyPath<AppState, FlowsState> { \.flows }

    package static let words = [
        Word("flow", "tasks that come after each other, written in a file of flows/"),
        Word("task", "one step: data, a training, a check, a command; its result is kept"),
        Word("cached", "the result of an earlier run with the same inputs was used"),
        Word("matrix", "a task that runs once for each combination of values"),
        Word("retry", "runs what has no result; nothing that completed runs again"),
        Word("fork", "a new flow run with other parameters, which names its origin"),
        Word("schedule", "when a flow runs by itself; it fires once it is switched on"),
    ]

    package func isTyping(_ context: Context) -> Bool { form != nil || isSearching }

    package mutating func press(_ key: Key, _ context: Context) -> [Effect]? {
        if form != nil { return form?.handle(key) == true ? replan() : nil }
        if isSearching { return type(key, context) }
        let layout = FlowsLayout(self, context)
        if log != nil {
            let count = opened?.log?.lines.count ?? 0
            let isUsed = log?.handle(key, count: count, visibleRows: layout.visibleLines)
            return isUsed == true ? [] : nil
        }
        switch focus {
        case .runs:
            let ids = shown(in: context.library).map(\.id)
            return list.handle(key, in: ids, visibleRows: layout.visibleRuns) ? [] : nil
        case .files:
            let rows = files.rows
            return files.list.handle(key, in: rows, visibleRows: layout.visibleFiles) ? [] : nil
        case .tasks: return pressTasks(key, layout, context)
        }
    }

    private mutating func pressTasks(
        _ key: Key,
        _ layout: FlowsLayout,
        _ context: Context
    ) -> [Effect]? {
        let steps: [Key: (Int, Int)] = [
            .left: (-1, 0), .right: (1, 0), .up: (0, -1), .down: (0, 1), "h": (-1, 0),
            "k": (0, -1), "j": (0, 1),
        ]
        if taskView(context) == .graph, let (columns, rows) = steps[key] {
            return reduce(.step(columns: columns, rows: rows), context)
        }
        if key == .left || key == .right, let item = opened?.item {
            // Right expands a matrix, left collapses it.
            var isOpen = false
            if case .task(let place) = item, let board = opened?.board {
                isOpen = board.expanded.contains(board.tasks[place].name)
            }
            if case .matrix(let group) = item, let board = opened?.board {
                isOpen = board.expanded.contains(board.groups[group].name)
            }
            if isOpen == (key == .left) { opened?.toggle() }
            return []
        }
        let rows = 0..<(opened?.board.rows.count ?? 0)
        let isUsed = opened?.cursor.handle(key, in: rows, visibleRows: layout.visibleTasks)
        return isUsed == true ? [] : nil
    }

    /// A key for the text field with the focus.
    private mutating func type(_ key: Key, _ context: Context) -> [Effect]? {
        if log?.isSearching == true {
            guard log?.search.handle(key) == true else { return nil }
            log?.check(opened?.log)
            return []
        }
        if opened?.isFiltering == true {
            guard opened?.filter.handle(key) == true else { return nil }
            opened?.filterChanged()
            return []
        }
        guard list.filter.handle(key) else { return nil }
        list.refresh(shown(in: context.library).map(\.id))
        return []
    }

    package mutating func paste(_ text: String, _ context: Context) -> [Effect] {
        if form != nil {
            form?.paste(text)
            return replan()
        }
        if log?.isSearching == true {
            log?.search.insert(text.oneLine)
            log?.check(opened?.log)
        } else if opened?.isFiltering == true {
            opened?.filter.insert(text.oneLine)
            opened?.filterChanged()
        } else {
            list.filter.insert(text.oneLine)
            list.refresh(shown(in: context.library).map(\.id))
        }
        return []
    }

    package mutating func click(
        _ target: String,
        isDouble: Bool,
        _ context: Context
    ) -> [Effect]? {
        if target.hasPrefix(Form.hitPrefix) {
            form?.click(String(target.dropFirst(Form.hitPrefix.count)))
            return []
        }
        if let row = target.place(after: FlowLogView.hitPrefix) {
            log?.go(to: row, count: opened?.log?.lines.count ?? 0)
            return []
        }
        if let row = target.place(after: FlowsLayout.runPrefix) {
            guard list.select(row: row, in: shown(in: context.library).map(\.id)) else {
                return nil
            }
            focus = .runs
        } else if let row = target.place(after: FlowsLayout.filePrefix) {
            guard files.list.select(row: row, in: files.rows) else { return nil }
            focus = .files
        } else if let row = target.place(after: FlowsLayout.taskPrefix) {
            guard opened?.go(toRow: row) == true else { return nil }
            focus = .tasks
        } else if let box = target.place(after: GraphView.hitPrefix) {
            guard let boxes = opened?.board.boxes, boxes.indices.contains(box) else { return nil }
            opened?.go(to: boxes[box])
            focus = .tasks
        } else {
            return nil
        }
        return isDouble ? reduce(.open, context) : []
    }

    package mutating func scroll(by lines: Int, _ context: Context) -> [Effect] {
        guard form == nil else { return [] }
        let layout = FlowsLayout(self, context)
        if log != nil {
            let count = opened?.log?.lines.count ?? 0
            log?.move(by: lines, count: count, visibleRows: layout.visibleLines)
            return []
        }
        switch focus {
        case .runs:
            let ids = shown(in: context.library).map(\.id)
            list.move(by: lines, in: ids, visibleRows: layout.visibleRuns)
        case .files: files.list.move(by: lines, in: files.rows, visibleRows: layout.visibleFiles)
        case .tasks:
            let rows = 0..<(opened?.board.rows.count ?? 0)
            opened?.cursor.move(by: lines, in: rows, visibleRows: layout.visibleTasks)
        }
        return []
    }

    package mutating func stepOut(_ context: Context) -> Bool {
        if form != nil {
            form = nil
        } else if let search = log, search.isSearching || !search.search.text.isEmpty {
            log?.isSearching = false
            log?.search = TextFieldState()
            log?.check(nil)
        } else if log != nil {
            log = nil
        } else if let opened, opened.isFiltering || !opened.filter.text.isEmpty {
            self.opened?.isFiltering = false
            self.opened?.filter = TextFieldState()
            self.opened?.filterChanged()
        } else if focus == .tasks, let visit = visits.popLast() {
            returnFrom(visit, context)
        } else if focus != .runs {
            focus = .runs
        } else if list.clearFilter() {
            list.refresh(shown(in: context.library).map(\.id))
        } else {
            return false
        }
        return true
    }

    package mutating func appear(_ context: Context) -> [Effect] {
        var effects = context.library.need(.flows) + readFiles(context)
        if isFlowStale, opened?.id == selected(in: context.library)?.id {
            effects += readFlow(context)
        }
        isFlowStale = false
        return effects
    }

    package mutating func libraryChanged(
        _ lists: Set<Library.List>,
        _ context: Context
    ) -> [Effect] {
        guard lists.contains(.flows) else { return [] }
        let known = shown(in: context.library)
        list.refresh(known.map(\.id))
        if known.isEmpty, focus == .tasks {
            focus = .runs
            log = nil
        }
        return endsElsewhere(context)
    }

    package mutating func settle(_ context: Context) -> [Effect] {
        look(context)
        return readWanted(context)
    }

    package func copyable(_ context: Context) -> String? {
        if let log, let lines = opened?.log?.lines, let line = log.position(lines.count) {
            return VisibleText.line(lines[line])
        }
        switch focus {
        case .runs: return selected(in: context.library)?.id
        case .tasks: return opened?.item.flatMap { item in opened?.board.name(item) }
        case .files: return files.selectedFile?.path
        }
    }
}
