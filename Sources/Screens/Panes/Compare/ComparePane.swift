package import TerminalUI
package import Workspace

/// Pane 3: all runs in a table, and those that are marked side by side.
package enum ComparePane: PaneContent {
    package static let words = [
        Word("loss", "error in nats per target token at the last step; lower is better"),
        Word("eval", "the lowest loss on held-out rows: the figure to judge a run by"),
        Word("rank", "the width of the adapter; a higher one stores more and learns slower"),
        Word("lr", "the learning rate as set: how far a step moves the weights"),
        Word("mark", "selects runs to compare; marks are shared with pane 2"),
    ]

    package static func isTyping(in state: AppState) -> Bool { state.compare.isFiltering }

    package static func press(_ key: Key, in state: inout AppState) -> [Effect]? {
        if state.compare.isFiltering {
            guard state.compare.filter.handle(key) else { return nil }
            return state.filterChanged()
        }
        let layout = CompareLayout(state)
        guard state.compare.opened != nil else {
            let ids = state.comparable.map(\.id)
            return state.compare.selection.handle(key, in: ids, visibleRows: layout.visibleRuns)
                ? [] : nil
        }
        return pressComparison(key, layout, in: &state)
    }

    private static func pressComparison(
        _ key: Key,
        _ layout: CompareLayout,
        in state: inout AppState
    ) -> [Effect]? {
        guard var opened = state.compare.opened else { return nil }
        let last = max(0, opened.runs.count - layout.visibleColumns)
        switch key {
        case .left, "h": opened.firstColumn = max(0, min(opened.firstColumn, last) - 1)
        case .right, "l": opened.firstColumn = min(last, opened.firstColumn + 1)
        default:
            let rows = Array(0..<(ComparisonTable(opened)?.rows.count ?? 0))
            guard opened.selection.handle(key, in: rows, visibleRows: layout.visibleRows) else {
                return nil
            }
        }
        state.compare.opened = opened
        return []
    }

    package static func paste(_ text: String, in state: inout AppState) -> [Effect] {
        state.compare.filter.insert(text.oneLine)
        return state.filterChanged()
    }

    package static func click(
        _ target: String,
        isDouble: Bool,
        in state: inout AppState
    ) -> [Effect]? {
        func place(after prefix: String) -> Int? {
            target.hasPrefix(prefix) ? Int(target.dropFirst(prefix.count)) : nil
        }
        if let row = place(after: CompareLayout.rowPrefix), var opened = state.compare.opened {
            let rows = Array(0..<(ComparisonTable(opened)?.rows.count ?? 0))
            opened.selection.select(row, in: rows)
            state.compare.opened = opened
            return []
        }
        guard let row = place(after: CompareLayout.runPrefix) else { return nil }
        let ids = state.comparable.map(\.id)
        guard ids.indices.contains(row) else { return nil }
        state.compare.selection.select(ids[row], in: ids)
        if isDouble { state.toggleMark(ids[row]) }
        return []
    }

    package static func scroll(by lines: Int, in state: inout AppState) -> [Effect] {
        let layout = CompareLayout(state)
        guard var opened = state.compare.opened else {
            state.compare.selection.move(
                by: lines,
                in: state.comparable.map(\.id),
                visibleRows: layout.visibleRuns
            )
            return []
        }
        let rows = Array(0..<(ComparisonTable(opened)?.rows.count ?? 0))
        opened.selection.move(by: lines, in: rows, visibleRows: layout.visibleRows)
        state.compare.opened = opened
        return []
    }

    package static func stepOut(of state: inout AppState) -> Bool {
        if state.compare.opened != nil {
            state.compare.opened = nil
        } else if state.compare.isFiltering || !state.compare.filter.text.isEmpty {
            state.compare.isFiltering = false
            state.compare.filter = TextFieldState()
            state.compare.search = nil
        } else {
            return false
        }
        state.compare.selection.refresh(state.comparable.map(\.id))
        return true
    }

    package static func appear(in state: inout AppState) -> [Effect] {
        (state.run.runs == nil ? state.refreshRuns() : []) + state.refreshComparison()
            + state.refreshSearch()
    }

    /// Pane 2 keeps the list of runs; here only what lies side by side is kept in step.
    package static func observe(
        _ event: WorkspaceEvent,
        in state: inout AppState
    ) -> [Effect] {
        switch event {
        case .everythingChanged: state.refreshSearch() + state.refreshComparison()
        case .runStep, .runChanged, .runEvaluated, .runCrashed, .runEnded:
            state.refreshSearch() + observeCompared(event, in: &state)
        default: []
        }
    }

    private static func observeCompared(
        _ event: WorkspaceEvent,
        in state: inout AppState
    ) -> [Effect] {
        func isCompared(_ run: String) -> Bool {
            state.compare.opened?.runs.contains(run) ?? false
        }
        switch event {
        case .runStep(let id, let point) where isCompared(id):
            if let run = state.run.runs?.first(where: { $0.id == id }) {
                state.compare.opened?.take(run)
            }
            guard let loss = point.loss else { return [] }
            let isWhole = state.compare.opened?.extend(
                \.losses,
                of: id,
                step: point.step,
                value: loss
            )
            return isWhole == false ? state.refreshComparison() : []
        case .runChanged(let id) where isCompared(id),
            .runEvaluated(let id, _, _) where isCompared(id),
            .runCrashed(let id) where isCompared(id):
            return state.refreshComparison()
        case .runEnded(let outcome) where isCompared(outcome.run):
            return state.refreshComparison()
        default: return []
        }
    }

    package static func copyable(in state: AppState) -> String? {
        if let opened = state.compare.opened { return ComparisonTable(opened)?.text }
        guard let run = state.comparedSelection else { return nil }
        return RunColumn.allCases.map { $0.text(of: run, at: state.now) }.joined(separator: "\t")
    }
}
