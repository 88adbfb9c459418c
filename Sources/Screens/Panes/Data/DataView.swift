import Presentation
package import TerminalUI
import Workspace

extension DataState {
    package func draw(_ context: Context, in rect: Rect, on canvas: inout Canvas) {
        guard let datasets = context.library.datasets else {
            let lines = EmptyView.waiting(for: .datasets, "datasets", context, canvas.glyphs)
            return EmptyView.draw(lines, in: rect, on: &canvas)
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
        let layout = DataLayout(self, context)
        if !layout.datasets.isEmpty { drawList(context, in: layout.datasets, on: &canvas) }
        if !layout.facts.isEmpty { FactsView.draw(self, context, in: layout.facts, on: &canvas) }
        if let opened {
            if !layout.rows.isEmpty {
                RowsView.drawList(opened, in: layout.rows, on: &canvas)
            }
            if !layout.text.isEmpty {
                RowsView.drawText(opened, showsTokens: showsTokens, in: layout.text, on: &canvas)
            }
        } else if let findings {
            FindingsView.drawList(
                findings,
                shownFindings(in: context.library),
                in: layout.findings,
                on: &canvas
            )
            let finding = selectedFinding(in: context.library)
            FindingsView.drawText(findings, finding, in: layout.text, on: &canvas)
        }
    }

    private func drawList(_ context: Context, in rect: Rect, on canvas: inout Canvas) {
        let shown = shown(in: context.library)
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
            isFocused: isListFocused,
            hitPrefix: DataLayout.datasetPrefix
        ) { id in
            datasets[id].map { Self.cells($0, measuring[id], glyphs) } ?? []
        }
        var inner = canvas.box(
            rect,
            title: "Datasets",
            trailing: StyledText(table.footer(list), .muted),
            isFocused: isListFocused
        )
        inner = list.drawFilter(in: inner, on: &canvas)
        table.draw(in: inner, selection: list, placeholder: .noMatch, on: &canvas)
    }

    private var isListFocused: Bool { opened == nil && findings == nil }

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
