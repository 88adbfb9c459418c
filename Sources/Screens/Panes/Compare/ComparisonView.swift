import Platform
import Presentation
import Runs
import TerminalUI
import Workspace

/// Draws runs side by side: their curves in one chart, then their differences and metrics.
enum ComparisonView {
    static func draw(_ opened: OpenedComparison, _ context: Context, on canvas: inout Canvas) {
        let layout = CompareLayout(context)
        guard let table = ComparisonTable(opened) else {
            return drawWaiting(opened, in: layout.body, on: &canvas)
        }
        if !layout.chart.isEmpty {
            drawChart(opened, table.runs, in: layout.chart, on: &canvas)
        }
        drawTable(table, opened, in: layout, on: &canvas)
    }

    private static func drawWaiting(
        _ opened: OpenedComparison,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        guard let problem = opened.problem else {
            let text = "reading \(opened.runs.count) runs\(canvas.glyphs.ellipsis)"
            return EmptyView.draw([StyledText(text, .muted)], in: rect, on: &canvas)
        }
        EmptyView.draw(
            [
                StyledText(problem.message, .error), StyledText(problem.hint ?? "", .muted),
                StyledText(), StyledText("esc", .accent) + StyledText(" goes back to the table."),
            ],
            in: rect,
            on: &canvas
        )
    }

    private static func drawChart(
        _ opened: OpenedComparison,
        _ runs: [RunSummary],
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        let isLoss = opened.curve == .loss
        let inner = canvas.box(
            rect,
            title: StyledText(isLoss ? "Loss" : "Eval loss", .strong),
            trailing: StyledText(isLoss ? "c shows eval" : "c shows loss", .muted),
            isFocused: false
        )
        let series = runs.enumerated().map { index, run in
            let curves = opened.curves[run.id]
            let samples = isLoss ? curves?.losses : curves?.evaluations
            return LineChart.Series(run.name, samples ?? SampleSeries(), role: .series(index))
        }
        guard series.contains(where: { !$0.samples.isEmpty }) else {
            let text =
                isLoss ? "no step has been measured" : "nothing was measured on held-out rows"
            canvas.write(StyledText(text, .muted), in: inner.inset(horizontally: 1))
            return
        }
        LineChart(series).draw(in: inner.inset(horizontally: 1), on: &canvas)
    }

    private static func drawTable(
        _ table: ComparisonTable,
        _ opened: OpenedComparison,
        in layout: CompareLayout,
        on canvas: inout Canvas
    ) {
        let glyphs = canvas.glyphs
        let count = min(layout.visibleColumns, table.runs.count)
        let first = min(opened.firstColumn, table.runs.count - count)
        let columns =
            [TableColumn("\(glyphs.done) best", width: CompareLayout.keyWidth, priority: 99)]
            + table.runs[first..<first + count].map { run in
                TableColumn(
                    run.name,
                    width: CompareLayout.columnWidth,
                    weight: 1,
                    alignment: .right,
                    priority: 1
                )
            }
        let drawn = Table(
            columns: columns,
            rows: Array(table.rows.indices),
            hitPrefix: CompareLayout.rowPrefix
        ) { row in
            cells(of: table.rows[row], first: first, count: count, glyphs)
        }
        var title = StyledText("\(table.runs.count) runs", .strong)
        if count < table.runs.count {
            title.append(" \(glyphs.dot) \(first + 1) to \(first + count), h l moves", .muted)
        }
        if opened.problem != nil { title.append(" \(glyphs.dot) not up to date", .warning) }
        let inner = canvas.box(
            layout.table,
            title: title,
            trailing: StyledText(
                (opened.showsAll ? "a hides what is the same" : "a shows all")
                    + " \(glyphs.dot) \(drawn.footer(opened.list))",
                .muted
            ),
            isFocused: true
        )
        drawn.draw(in: inner, selection: opened.list, on: &canvas)
    }

    private static func cells(
        of row: ComparisonTable.Row,
        first: Int,
        count: Int,
        _ glyphs: GlyphSet
    ) -> [StyledText] {
        switch row {
        case .heading(let title):
            return [StyledText(title, .accent)]
        case .values(let row):
            return [StyledText(row.key, .muted)]
                + (first..<first + count).map { place in
                    guard let value = row.values[place] else {
                        return StyledText(Figures.none, .muted)
                    }
                    guard row.best.contains(place) else { return StyledText(value) }
                    return StyledText("\(glyphs.done) \(value)", .success)
                }
        }
    }
}
