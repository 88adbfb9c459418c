import Presentation
import TerminalUI
import Workspace

extension AppState {
    /// The runs of the table, narrowed down and sorted.
    var comparable: [RunSummary] {
        let terms = RunFilter(compare.filter.text)
        let fitting = (run.runs ?? []).filter {
            !$0.isDeleted && isAccepted($0, words: terms)
        }
        return compare.order.sorted(fitting, at: now)
    }

    /// The run selected in the table.
    var comparedSelection: RunSummary? {
        let selected = compare.selection.selected
        // Asked for by every binding, so that sorting is worth avoiding.
        if let known = run.runs?.first(where: { $0.id == selected && !$0.isDeleted }),
            isAccepted(known, words: RunFilter(compare.filter.text))
        {
            return known
        }
        let runs = comparable
        return compare.selection.position(in: runs.map(\.id)).map { runs[$0] }
    }

    mutating func reduce(_ action: CompareAction) -> [Effect] {
        switch action {
        case .compared(let comparison):
            if comparison.runs.map(\.id) == compare.opened?.runs {
                compare.opened?.take(comparison)
            }
            return endComparing()
        case .comparingFailed(let error, let runs):
            if runs == compare.opened?.runs { compare.opened?.problem = error }
            return endComparing()
        case .found(let runs, let text): return take(runs, nil, for: text)
        case .notUnderstood(let error, let text): return take(nil, error.message, for: text)
        case .mark:
            let ids = comparable.map(\.id)
            guard let id = comparedSelection?.id else { return [] }
            toggleMark(id)
            compare.selection.select(id, in: ids)
            compare.selection.move(by: 1, in: ids, visibleRows: CompareLayout(self).visibleRuns)
        case .unmarkAll: marks = []
        case .open: return openComparison()
        case .nextOrder:
            compare.order.next()
            orderChanged()
        case .reverseOrder:
            compare.order.reverse()
            orderChanged()
        case .filter:
            compare.isFiltering = true
            compare.filter.selectAll()
        case .keepFilter: compare.isFiltering = false
        case .toggleAll: compare.opened?.showsAll.toggle()
        case .otherCurve:
            let isLoss = compare.opened?.curve == .loss
            compare.opened?.curve = isLoss ? .evaluation : .loss
        case .copyTable:
            let text = compare.opened.flatMap(ComparisonTable.init)?.text ?? runsText
            tell(Notice(.success, "Copied the table, \(Figures.bytes(Int64(text.utf8.count)))."))
            return [.terminal(.copy(text))]
        }
        return []
    }

    /// Reads the runs side by side, now or after the reading under way.
    mutating func refreshComparison() -> [Effect] {
        guard isOpen, let runs = compare.opened?.runs, compare.reading.begin() else { return [] }
        return [.compare(.read(runs))]
    }

    /// The table of runs as text with tabs between.
    private var runsText: String {
        let rows = comparable.map { run in RunColumn.allCases.map { $0.text(of: run, at: now) } }
        return TabbedText.of([RunColumn.allCases.map(\.title)] + rows)
    }

    private mutating func openComparison() -> [Effect] {
        // As the table shows them, then what the filter hides.
        let shown = comparable.map(\.id).filter(marks.contains)
        let runs = shown + marks.filter { !shown.contains($0) }
        guard runs.count > 1 else { return [] }
        compare.opened = OpenedComparison(runs: runs)
        let names = runs.compactMap { id in run.runs?.first { $0.id == id }?.name }
        let command = names.map(CommandText.quoted).joined(separator: " ")
        log.append(
            .init(
                date: now,
                level: .information,
                text: "\(runs.count) runs side by side",
                command: "workbench runs compare \(command)"
            )
        )
        return refreshComparison()
    }

    private mutating func endComparing() -> [Effect] {
        guard compare.reading.end() else { return [] }
        if let runs = compare.opened?.runs { return [.compare(.read(runs))] }
        _ = compare.reading.end()
        return []
    }

    private mutating func orderChanged() {
        compare.selection.refresh(comparable.map(\.id))
        tell(Notice(.information, "Sorted: \(compare.order.words)"))
    }
}

/// Rows as text that a spreadsheet reads.
enum TabbedText {
    static func of(_ rows: [[String]]) -> String {
        rows.map { row in
            row.map { String($0.map { $0 == "\t" || $0.isNewline ? " " : $0 }) }
                .joined(separator: "\t") + "\n"
        }.joined()
    }
}
