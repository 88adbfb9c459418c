import FoundationEssentials
import Presentation
import Runs
package import TerminalUI
import Workspace

extension RunState {
    package func draw(_ context: Context, in rect: Rect, on canvas: inout Canvas) {
        if let form {
            TrainFormView.draw(form, context, in: rect, on: &canvas)
            return
        }
        guard let runs = context.library.runs else {
            let lines = EmptyView.waiting(for: .runs, "runs", context, canvas.glyphs)
            return EmptyView.draw(lines, in: rect, on: &canvas)
        }
        guard !runs.isEmpty else {
            return EmptyView.draw(EmptyView.firstSteps(context), in: rect, on: &canvas)
        }
        let layout = RunLayout(self, context)
        if !layout.list.isEmpty { drawList(context, in: layout.list, on: &canvas) }
        guard !layout.detail.isEmpty else { return }
        if let run = selected(in: context.library) {
            RunDetailView(self, context, run).draw(in: layout.detail, on: &canvas)
        } else {
            canvas.box(layout.detail)
        }
    }

    private func drawList(_ context: Context, in rect: Rect, on canvas: inout Canvas) {
        let glyphs = canvas.glyphs
        var list = list
        list.marked = Set(context.library.marks)
        var title = StyledText("Runs")
        let next = phasesToCome.isEmpty ? nil : "measuring, then the next phase"
        if let starting = context.library.starting ?? next {
            title.append(" \(glyphs.dot) \(starting)\(glyphs.ellipsis)", .accent)
        }
        if context.library.hasMoreRuns {
            title.append(" \(glyphs.dot) reading older ones\(glyphs.ellipsis)", .muted)
        }
        let isWide = rect.width >= 60
        ListBox(
            title: title,
            rows: shown(in: context.library),
            columns: Self.columns(isWide: isWide),
            hasHeader: isWide,
            hitPrefix: RunLayout.hitPrefix
        ) { Self.cells($0, isWide: isWide, at: context.now, glyphs) }.draw(
            list,
            in: rect,
            on: &canvas
        )
    }

    private static func columns(isWide: Bool) -> [TableColumn] {
        let narrow = [
            TableColumn("", width: 1),
            TableColumn("name", width: 10, weight: 3, priority: 9),
            TableColumn("loss", width: RunColumn.figureWidth, alignment: .right, priority: 8),
            TableColumn("curve", width: isWide ? 12 : 8, priority: 5),
        ]
        guard isWide else { return narrow }
        return narrow + [
            TableColumn("eval", width: RunColumn.figureWidth, alignment: .right, priority: 7),
            TableColumn("step", width: RunColumn.stepWidth, alignment: .right, priority: 6),
            TableColumn("dataset", width: 12, weight: 1, priority: 3),
            TableColumn("last", width: 8, alignment: .right, priority: 4),
        ]
    }

    private static func cells(
        _ run: RunSummary,
        isWide: Bool,
        at now: Date,
        _ glyphs: GlyphSet
    ) -> [StyledText] {
        let isBroken = run.loss.map { !$0.isFinite } ?? false
        let narrow = [
            StyledText(RunStyle.glyph(run.status, glyphs), RunStyle.style(run.status)),
            StyledText(run.name),
            StyledText(
                Figures.fitting(run.loss, width: RunColumn.figureWidth),
                isBroken ? .error : .text
            ),
            Sparkline(SampleSeries(run.lossTail)).text(width: isWide ? 12 : 8, glyphs: glyphs),
        ]
        guard isWide else { return narrow }
        let steps = Figures.steps(run.stepsDone, of: run.totalSteps, width: RunColumn.stepWidth)
        let last = run.lastActivityAt ?? run.startedAt
        return narrow + [
            StyledText(Figures.fitting(run.heldOutLoss, width: RunColumn.figureWidth)),
            StyledText(steps),
            StyledText(run.dataset ?? Figures.none, .muted),
            StyledText(last.map { Figures.moment($0, at: now) } ?? Figures.none, .muted),
        ]
    }
}
