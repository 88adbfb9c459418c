import Presentation
package import TerminalUI
import Workspace

extension RunPane {
    package static func draw(_ state: AppState, in rect: Rect, on canvas: inout Canvas) {
        if let form = state.run.form {
            TrainFormView.draw(state, form, in: rect, on: &canvas)
            return
        }
        guard let runs = state.run.runs else {
            return EmptyView.draw(opening(state, canvas.glyphs), in: rect, on: &canvas)
        }
        guard !runs.isEmpty else {
            return EmptyView.draw(EmptyView.firstSteps(state), in: rect, on: &canvas)
        }
        let layout = RunLayout(state)
        if !layout.list.isEmpty { drawList(state, in: layout.list, on: &canvas) }
        guard !layout.detail.isEmpty else { return }
        if let run = state.run.selected {
            RunDetailView(state, run).draw(in: layout.detail, on: &canvas)
        } else {
            canvas.box(layout.detail)
        }
    }

    private static func opening(_ state: AppState, _ glyphs: GlyphSet) -> [StyledText] {
        if case .failed(let error) = state.opening {
            return [StyledText(error.message, .error), StyledText(error.hint ?? "", .muted)]
        }
        return [StyledText("reading the runs\(glyphs.ellipsis)", .muted)]
    }

    private static func drawList(_ state: AppState, in rect: Rect, on canvas: inout Canvas) {
        let shown = state.run.shown
        let ids = shown.map(\.id)
        let places = Dictionary(zip(ids, ids.indices)) { first, _ in first }
        let glyphs = canvas.glyphs
        var selection = state.run.selection
        selection.marked = Set(state.marks)
        let table = Table(
            columns: columns(isWide: rect.width >= 60),
            rows: ids,
            hasHeader: rect.width >= 60,
            hitPrefix: RunLayout.hitPrefix
        ) { id in
            places[id].map { cells(shown[$0], isWide: rect.width >= 60, at: state, glyphs) } ?? []
        }
        var title = StyledText("Runs")
        let next = state.run.stagesToCome.isEmpty ? nil : "measuring, then the next stage"
        if let starting = state.run.starting ?? next {
            title.append(" \(glyphs.dot) \(starting)\(glyphs.ellipsis)", .accent)
        }
        var inner = canvas.box(
            rect,
            title: title,
            trailing: StyledText(table.footer(selection), .muted),
            isFocused: true
        )
        if state.run.isFiltering || !state.run.filter.text.isEmpty {
            let rows = inner.rows([.ratio(1), .fixed(1)])
            inner = rows[0]
            let field = rows[1].columns([.fixed(2), .ratio(1)])
            canvas.write(StyledText("/", .accent), in: field[0])
            TextField(
                state.run.filter,
                placeholder: "words, !not",
                isFocused: state.run.isFiltering
            ).draw(in: field[1], on: &canvas)
        }
        if shown.isEmpty {
            canvas.write(StyledText("No match; esc clears the filter.", .muted), in: inner)
        }
        table.draw(in: inner, selection: selection, on: &canvas)
    }

    /// Columns of a loss: any is written in six, such as `2.4e-3`.
    private static let figureWidth = 6
    /// Columns of the steps.
    private static let stepWidth = 9

    private static func columns(isWide: Bool) -> [TableColumn] {
        let narrow = [
            TableColumn("", width: 1),
            TableColumn("name", width: 10, weight: 3, priority: 9),
            TableColumn("loss", width: figureWidth, alignment: .right, priority: 8),
            TableColumn("curve", width: isWide ? 12 : 8, priority: 5),
        ]
        guard isWide else { return narrow }
        return narrow + [
            TableColumn("eval", width: figureWidth, alignment: .right, priority: 7),
            TableColumn("step", width: stepWidth, alignment: .right, priority: 6),
            TableColumn("dataset", width: 12, weight: 1, priority: 3),
            TableColumn("last", width: 8, alignment: .right, priority: 4),
        ]
    }

    private static func cells(
        _ run: RunSummary,
        isWide: Bool,
        at state: AppState,
        _ glyphs: GlyphSet
    ) -> [StyledText] {
        let isBroken = run.loss.map { !$0.isFinite } ?? false
        let narrow = [
            StyledText(RunStyle.glyph(run.status, glyphs), RunStyle.style(run.status)),
            StyledText(run.name),
            StyledText(
                Figures.fitting(run.loss, width: figureWidth),
                isBroken ? .error : .text
            ),
            Sparkline(SampleSeries(run.lossTail)).text(width: isWide ? 12 : 8, glyphs: glyphs),
        ]
        guard isWide else { return narrow }
        let steps = Figures.steps(run.stepsDone, of: run.totalSteps, width: stepWidth)
        let last = run.lastActivityAt ?? run.startedAt
        return narrow + [
            StyledText(Figures.fitting(run.heldOutLoss, width: figureWidth)),
            StyledText(steps),
            StyledText(run.dataset ?? Figures.none, .muted),
            StyledText(last.map { Figures.moment($0, at: state.now) } ?? Figures.none, .muted),
        ]
    }
}
