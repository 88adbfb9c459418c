import Runs
package import TerminalUI
package import Workspace

/// Pane 3: all runs in a table, and the marked ones side by side.
extension CompareState: PaneState {
    package static var path: WritableKeyPath<AppState, CompareState> { \.compare }

    package static let words = [
        Word("loss", "error in nats per target token at the last step; lower is better"),
        Word("eval", "the lowest loss on held-out rows: the figure to judge a run by"),
        Word("rank", "the width of the adapter; a higher one stores more and learns slower"),
        Word("lr", "the learning rate as set: how far a step moves the weights"),
        Word("mark", "selects runs to compare; marks are shared with pane 2"),
    ]

    package func isTyping(_ context: Context) -> Bool { list.isFiltering }

    package mutating func press(_ key: Key, _ context: Context) -> [Effect]? {
        if list.isFiltering {
            guard list.filter.handle(key) else { return nil }
            return filterChanged(context)
        }
        let layout = CompareLayout(context)
        guard opened == nil else { return pressComparison(key, layout) }
        let ids = shown(context).ids
        return list.handle(key, in: ids, visibleRows: layout.visibleRuns) ? [] : nil
    }

    private mutating func pressComparison(_ key: Key, _ layout: CompareLayout) -> [Effect]? {
        guard var opened else { return nil }
        let last = max(0, opened.runs.count - layout.visibleColumns)
        switch key {
        case .left, "h": opened.firstColumn = max(0, min(opened.firstColumn, last) - 1)
        case .right, "l": opened.firstColumn = min(last, opened.firstColumn + 1)
        default:
            guard opened.list.handle(key, in: opened.rows, visibleRows: layout.visibleRows) else {
                return nil
            }
        }
        self.opened = opened
        return []
    }

    package mutating func paste(_ text: String, _ context: Context) -> [Effect] {
        list.filter.insert(text.oneLine)
        return filterChanged(context)
    }

    package mutating func click(
        _ target: String,
        isDouble: Bool,
        _ context: Context
    ) -> [Effect]? {
        if let row = target.place(after: CompareLayout.rowPrefix), let opened {
            _ = self.opened?.list.select(row: row, in: opened.rows)
            return []
        }
        let ids = shown(context).ids
        guard let row = target.place(after: CompareLayout.runPrefix),
            list.select(row: row, in: ids)
        else { return nil }
        return isDouble ? [.send(.library(.toggleMark(ids[row])))] : []
    }

    package mutating func scroll(by lines: Int, _ context: Context) -> [Effect] {
        let layout = CompareLayout(context)
        if let opened {
            self.opened?.list.move(by: lines, in: opened.rows, visibleRows: layout.visibleRows)
        } else {
            let ids = shown(context).ids
            list.move(by: lines, in: ids, visibleRows: layout.visibleRuns)
        }
        return []
    }

    package mutating func stepOut(_ context: Context) -> Bool {
        if opened != nil {
            opened = nil
        } else if list.clearFilter() {
            search = nil
        } else {
            return false
        }
        list.refresh(shown(context).ids)
        return true
    }

    package mutating func appear(_ context: Context) -> [Effect] {
        context.library.need(.runs) + readComparison(context) + searchAgain(context)
    }

    package mutating func observe(_ event: WorkspaceEvent, _ context: Context) -> [Effect] {
        switch event {
        case .everythingChanged: searchAgain(context) + readComparison(context)
        case .run(let event): observe(event, context)
        default: []
        }
    }

    private mutating func observe(_ event: RunEvent, _ context: Context) -> [Effect] {
        switch event {
        case .step, .changed, .evaluated, .crashed, .ended:
            searchAgain(context) + observeCompared(event, context)
        case .sampled, .alerted, .checkpointed, .paused, .phaseEnded: []
        }
    }

    private mutating func observeCompared(_ event: RunEvent, _ context: Context) -> [Effect] {
        guard opened?.runs.contains(event.run) == true else { return [] }
        switch event {
        case .step(let id, let point):
            if let run = context.library.run(id) { opened?.take(run) }
            guard let loss = point.loss else { return [] }
            let isComplete = opened?.extend(\.losses, of: id, step: point.step, value: loss)
            return isComplete == false ? readComparison(context) : []
        default: return readComparison(context)
        }
    }

    package func copyable(_ context: Context) -> String? {
        if let opened { return ComparisonTable(opened)?.text }
        guard let run = selected(context) else { return nil }
        return RunColumn.allCases.map { $0.text(of: run, at: context.now) }
            .joined(separator: "\t")
    }
}

extension OpenedComparison {
    /// The positions of the table's rows.
    fileprivate var rows: Range<Int> { 0..<(ComparisonTable(self)?.rows.count ?? 0) }
}
