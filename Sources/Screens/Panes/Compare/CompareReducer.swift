import FoundationEssentials
import Platform
import Presentation
import Runs
import TerminalUI
import Workspace

extension CompareState {
    /// The runs of the table, filtered and sorted.
    func shown(_ context: Context) -> RunRows {
        let list = context.library.runs ?? []
        var request = DerivedRuns.Request(filter: self.list.filter.text)
        if let search { (request.filter, request.found) = ("", search.runs) }
        request.order = order
        if order.column == .duration, !list.live.isEmpty {
            request.moment = context.now.timeIntervalSince1970
        }
        return list.rows(request) { order.sorted($0, at: context.now) }
    }

    /// The run selected in the table.
    func selected(_ context: Context) -> RunSummary? {
        // Called for every binding, so sorting is avoided.
        if let known = context.library.run(list.selected), !known.isDeleted,
            isAccepted(known, words: RunFilter(list.filter.text))
        {
            return known
        }
        let runs = shown(context)
        return list.position(in: runs.ids).map { runs[$0] }
    }

    package mutating func reduce(_ action: CompareAction, _ context: Context) -> [Effect] {
        switch action {
        case .compared(let comparison):
            if comparison.runs.map(\.id) == opened?.runs { opened?.take(comparison) }
            return endComparing()
        case .comparingFailed(let error, let runs):
            if runs == opened?.runs { opened?.problem = error }
            return endComparing()
        case .found(let runs, let text): return take(runs, nil, for: text, context)
        case .searchFailed(let error, let text):
            return take(nil, error.message, for: text, context)
        case .mark:
            guard let id = selected(context)?.id else { return [] }
            let ids = shown(context).ids
            list.select(id, in: ids)
            list.move(by: 1, in: ids, visibleRows: CompareLayout(context).visibleRuns)
            return [.send(.library(.toggleMark(id)))]
        case .unmarkAll: return [.send(.library(.unmarkAll))]
        case .open: return openComparison(context)
        case .nextOrder:
            order.next()
            return orderChanged(context)
        case .reverseOrder:
            order.reverse()
            return orderChanged(context)
        case .filter: list.startFiltering()
        case .keepFilter: list.isFiltering = false
        case .toggleAll: opened?.showsAll.toggle()
        case .otherCurve:
            let isLoss = opened?.curve == .loss
            opened?.curve = isLoss ? .evaluation : .loss
        case .copyTable:
            let text = opened.flatMap(ComparisonTable.init)?.text ?? runsText(context)
            return .copy(text, what: "the table")
        }
        return []
    }

    /// Reads the comparison, now or after the read under way.
    mutating func readComparison(_ context: Context) -> [Effect] {
        guard context.isOpen, let runs = opened?.runs, reading.begin() else { return [] }
        return [CompareWork.read(runs)]
    }

    /// The table of runs as tab-separated text.
    private func runsText(_ context: Context) -> String {
        let rows = shown(context).map { run in
            RunColumn.allCases.map { $0.text(of: run, at: context.now) }
        }
        return TabbedText.of([RunColumn.allCases.map(\.title)] + rows)
    }

    private mutating func openComparison(_ context: Context) -> [Effect] {
        // In the order of the table, then those that the filter hides.
        let marks = context.library.marks
        let marked = Set(marks)
        let shown = shown(context).ids.filter { marked.contains($0) }
        let runs = shown + marks.filter { !shown.contains($0) }
        guard runs.count > 1 else { return [] }
        opened = OpenedComparison(runs: runs)
        let names = runs.compactMap { context.library.run($0)?.name }
        return [
            .record("\(runs.count) runs side by side", command: CommandText.compare(names))
        ] + readComparison(context)
    }

    private mutating func endComparing() -> [Effect] {
        guard reading.end() else { return [] }
        if let runs = opened?.runs { return [CompareWork.read(runs)] }
        _ = reading.end()
        return []
    }

    private mutating func orderChanged(_ context: Context) -> [Effect] {
        list.refresh(shown(context).ids)
        return [.report(Notice(.information, "Sorted: \(order.text)"))]
    }
}
