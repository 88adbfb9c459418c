import FoundationEssentials
import Presentation
import Runs
package import TerminalUI
import Workspace

extension CompareState {
    package func draw(_ context: Context, in rect: Rect, on canvas: inout Canvas) {
        guard let runs = context.library.runs else {
            let lines = EmptyView.waiting(for: .runs, "runs", context, canvas.glyphs)
            return EmptyView.draw(lines, in: rect, on: &canvas)
        }
        guard !runs.isEmpty else {
            return EmptyView.draw(EmptyView.firstSteps(context), in: rect, on: &canvas)
        }
        if let opened {
            ComparisonView.draw(opened, context, on: &canvas)
        } else {
            drawRuns(context, in: rect, on: &canvas)
        }
    }

    private func drawRuns(_ context: Context, in rect: Rect, on canvas: inout Canvas) {
        let shown = shown(context)
        let glyphs = canvas.glyphs
        var list = list
        list.marked = Set(context.library.marks)
        let table = Table(
            cellsAt: { Self.cells(shown[$0], context, glyphs) },
            columns: RunColumn.allCases.map(\.column),
            rows: shown.ids,
            sort: order.column.map { .init(column: $0.rawValue, isAscending: order.isAscending) },
            hitPrefix: CompareLayout.runPrefix
        )
        let title = StyledText("Runs") + StyledText(" \(glyphs.dot) \(order.text)", .muted)
        var inner = canvas.box(
            rect,
            title: title,
            trailing: StyledText(table.footer(list), .muted),
            isFocused: true
        )
        let placeholder = "words, !not, or metrics.loss < 2 and params.rank = '16'"
        inner = list.drawFilter(placeholder: placeholder, in: inner, on: &canvas)
        if let problem = search?.problem, list.isFiltering {
            let rows = inner.rows([.ratio(1), .fixed(1)])
            inner = rows[0]
            canvas.write(StyledText(problem, .muted), in: rows[1])
        }
        table.draw(in: inner, selection: list, placeholder: .noMatch, on: &canvas)
    }

    private static func cells(
        _ run: RunSummary,
        _ context: Context,
        _ glyphs: GlyphSet
    ) -> [StyledText] {
        RunColumn.allCases.map { column in
            let text = column.text(of: run, at: context.now)
            switch column {
            case .status:
                return StyledText(
                    "\(RunStyle.glyph(run.status, glyphs)) \(text)",
                    RunStyle.style(run.status)
                )
            case .name:
                let flow = run.flowTask.map { " \(glyphs.dot) \($0.flowName(in: context.library))" }
                return StyledText(text) + StyledText(flow ?? "", .muted)
            case .loss where run.loss.map { !$0.isFinite } ?? false:
                return StyledText(text, .error)
            case .model, .method, .data: return StyledText(text, .muted)
            default: return StyledText(text, text == Figures.none ? .muted : .text)
            }
        }
    }
}
