import Presentation
package import TerminalUI
import Workspace

extension ComparePane {
    package static func draw(_ state: AppState, in rect: Rect, on canvas: inout Canvas) {
        guard let runs = state.run.runs else {
            return EmptyView.draw(waiting(state, canvas.glyphs), in: rect, on: &canvas)
        }
        guard !runs.isEmpty else {
            return EmptyView.draw(EmptyView.firstSteps(state), in: rect, on: &canvas)
        }
        if let opened = state.compare.opened {
            ComparisonView.draw(state, opened, on: &canvas)
        } else {
            drawRuns(state, in: rect, on: &canvas)
        }
    }

    private static func waiting(_ state: AppState, _ glyphs: GlyphSet) -> [StyledText] {
        if case .failed(let error) = state.opening {
            return [StyledText(error.message, .error), StyledText(error.hint ?? "", .muted)]
        }
        return [StyledText("reading the runs\(glyphs.ellipsis)", .muted)]
    }

    private static func drawRuns(_ state: AppState, in rect: Rect, on canvas: inout Canvas) {
        let shown = state.comparable
        let places = Dictionary(shown.enumerated().map { ($1.id, $0) }) { first, _ in first }
        let glyphs = canvas.glyphs
        let order = state.compare.order
        var selection = state.compare.selection
        selection.marked = Set(state.marks)
        let table = Table(
            columns: RunColumn.allCases.map(\.column),
            rows: shown.map(\.id),
            sort: order.column.map { .init(column: $0.rawValue, isAscending: order.isAscending) },
            hitPrefix: CompareLayout.runPrefix
        ) { id in
            places[id].map { cells(shown[$0], at: state, glyphs) } ?? []
        }
        let title = StyledText("Runs") + StyledText(" \(glyphs.dot) \(order.words)", .muted)
        var inner = canvas.box(
            rect,
            title: title,
            trailing: StyledText(table.footer(selection), .muted),
            isFocused: true
        )
        if state.compare.isFiltering || !state.compare.filter.text.isEmpty {
            let rows = inner.rows([.ratio(1), .fixed(1)])
            inner = rows[0]
            let field = rows[1].columns([.fixed(2), .ratio(1)])
            canvas.write(StyledText("/", .accent), in: field[0])
            TextField(
                state.compare.filter,
                placeholder: "words, !not, or metrics.loss < 2 and params.rank = '16'",
                isFocused: state.compare.isFiltering
            ).draw(in: field[1], on: &canvas)
        }
        if let problem = state.compare.search?.problem, state.compare.isFiltering {
            let rows = inner.rows([.ratio(1), .fixed(1)])
            inner = rows[0]
            canvas.write(StyledText(problem, .muted), in: rows[1])
        }
        if shown.isEmpty {
            canvas.write(StyledText("No match; esc clears the filter.", .muted), in: inner)
        }
        table.draw(in: inner, selection: selection, on: &canvas)
    }

    private static func cells(
        _ run: RunSummary,
        at state: AppState,
        _ glyphs: GlyphSet
    ) -> [StyledText] {
        RunColumn.allCases.map { column in
            let text = column.text(of: run, at: state.now)
            switch column {
            case .status:
                return StyledText(
                    "\(RunStyle.glyph(run.status, glyphs)) \(text)",
                    RunStyle.style(run.status)
                )
            case .loss where run.loss.map { !$0.isFinite } ?? false:
                return StyledText(text, .error)
            case .model, .method, .data: return StyledText(text, .muted)
            default: return StyledText(text, text == Figures.none ? .muted : .text)
            }
        }
    }
}
