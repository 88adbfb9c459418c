import Presentation
package import TerminalUI
import Workspace

extension DataPane {
    package static func draw(_ state: AppState, in rect: Rect, on canvas: inout Canvas) {
        guard let datasets = state.data.datasets else {
            return EmptyView.draw(waiting(state, canvas.glyphs), in: rect, on: &canvas)
        }
        guard !datasets.isEmpty else {
            let lines = [
                StyledText("No dataset yet.", .strong), StyledText(),
                StyledText("a", .accent)
                    + StyledText(
                        " adds a file: .jsonl or .csv with conversations or instructions, .txt, .md"
                    ),
            ]
            return EmptyView.draw(lines, in: rect, on: &canvas)
        }
        let layout = DataLayout(state)
        if !layout.datasets.isEmpty { drawList(state, in: layout.datasets, on: &canvas) }
        if !layout.facts.isEmpty { FactsView.draw(state, in: layout.facts, on: &canvas) }
        if let opened = state.data.opened {
            if !layout.rows.isEmpty {
                RowsView.drawList(state, opened, in: layout.rows, on: &canvas)
            }
            if !layout.text.isEmpty {
                RowsView.drawText(state, opened, in: layout.text, on: &canvas)
            }
        } else if let findings = state.data.findings {
            FindingsView.drawList(state, findings, in: layout.findings, on: &canvas)
            FindingsView.drawText(state, in: layout.text, on: &canvas)
        }
    }

    private static func waiting(_ state: AppState, _ glyphs: GlyphSet) -> [StyledText] {
        if case .failed(let error) = state.opening {
            return [StyledText(error.message, .error), StyledText(error.hint ?? "", .muted)]
        }
        return [StyledText("reading the datasets\(glyphs.ellipsis)", .muted)]
    }

    private static func drawList(_ state: AppState, in rect: Rect, on canvas: inout Canvas) {
        let shown = state.data.shown
        let datasets = Dictionary(shown.map { ($0.id, $0) }) { first, _ in first }
        let glyphs = canvas.glyphs
        let table = Table(
            columns: [
                TableColumn("dataset", width: 12, weight: 3, priority: 9),
                TableColumn("rows", width: 6, alignment: .right, priority: 8),
                TableColumn("held", width: 5, alignment: .right, priority: 7),
                TableColumn("tokens", width: 9, alignment: .right, priority: 6),
                TableColumn("trained", width: 7, alignment: .right, priority: 5),
                TableColumn("longest", width: 7, alignment: .right, priority: 4),
                TableColumn("format", width: 8, priority: 3),
                TableColumn("from", width: 6, priority: 2),
            ],
            rows: shown.map(\.id),
            isFocused: isListFocused(state),
            hitPrefix: DataLayout.datasetPrefix
        ) { id in
            datasets[id].map { cells($0, state.data.measuring[id], glyphs) } ?? []
        }
        var inner = canvas.box(
            rect,
            title: "Datasets",
            trailing: StyledText(table.footer(state.data.selection), .muted),
            isFocused: isListFocused(state)
        )
        if state.data.isFiltering || !state.data.filter.text.isEmpty {
            let rows = inner.rows([.ratio(1), .fixed(1)])
            inner = rows[0]
            let field = rows[1].columns([.fixed(2), .ratio(1)])
            canvas.write(StyledText("/", .accent), in: field[0])
            TextField(state.data.filter, isFocused: state.data.isFiltering)
                .draw(in: field[1], on: &canvas)
        }
        if shown.isEmpty {
            canvas.write(StyledText("No match; esc clears the filter.", .muted), in: inner)
        }
        table.draw(in: inner, selection: state.data.selection, on: &canvas)
    }

    private static func isListFocused(_ state: AppState) -> Bool {
        state.data.opened == nil && state.data.findings == nil
    }

    private static func cells(
        _ dataset: DatasetSummary,
        _ measured: Double?,
        _ glyphs: GlyphSet
    ) -> [StyledText] {
        let isBroken = dataset.problem != nil
        let name = isBroken ? "\(glyphs.failed) \(dataset.name)" : dataset.name
        let unknown = StyledText(Figures.none, .muted)
        let statistics = dataset.statistics
        let tokens =
            statistics.map { StyledText(Figures.count($0.tokens)) }
            ?? measured.map { StyledText(Figures.percent($0), .accent) } ?? unknown
        let share = statistics.flatMap { statistics in
            statistics.tokens > 0
                ? Figures.percent(Double(statistics.targetTokens) / Double(statistics.tokens)) : nil
        }
        return [
            StyledText(name, isBroken ? .error : .text),
            isBroken ? unknown : StyledText(Figures.count(dataset.trainingCount)),
            isBroken ? unknown : StyledText(Figures.count(dataset.heldOutCount)),
            tokens,
            share.map { StyledText($0) } ?? unknown,
            statistics.map { StyledText(Figures.count($0.maximumTokens)) } ?? unknown,
            StyledText(dataset.format, .muted),
            StyledText(dataset.origin.rawValue, .muted),
        ]
    }
}
