import FoundationEssentials
import Platform
import Presentation
import Runs
package import TerminalUI
import Workflows
import Workspace

extension FlowsState {
    package func draw(_ context: Context, in rect: Rect, on canvas: inout Canvas) {
        if let form {
            FlowFormView.draw(form, context, in: rect, on: &canvas)
            return
        }
        let layout = FlowsLayout(self, context)
        if !layout.log.isEmpty, let log {
            FlowLogView(
                state: log,
                log: opened?.log,
                task: opened?.selected?.id ?? ""
            ).draw(in: layout.log, on: &canvas)
        }
        if !layout.files.isEmpty {
            FlowFilesView(state: self, context: context).draw(in: layout.files, on: &canvas)
        }
        if !layout.runs.isEmpty { drawRuns(context, in: layout.runs, on: &canvas) }
        if !layout.tasks.isEmpty {
            FlowTasksView(state: self, context: context).draw(in: layout.tasks, on: &canvas)
        }
        if !layout.detail.isEmpty {
            FlowDetailView(state: self, context: context).draw(in: layout.detail, on: &canvas)
        }
    }

    private func drawRuns(_ context: Context, in rect: Rect, on canvas: inout Canvas) {
        let glyphs = canvas.glyphs
        guard let runs = context.library.flowRuns else {
            let lines = EmptyView.waiting(for: .flows, "flow runs", context, glyphs)
            return EmptyView.draw(lines, in: rect, on: &canvas)
        }
        guard !runs.isEmpty else {
            let lines = [
                StyledText(starting ?? "No flow has run yet.", .strong), StyledText(),
                StyledText("n", .accent) + StyledText(" starts one,  ")
                    + StyledText("f", .accent) + StyledText(" shows the flows and schedules."),
            ]
            return EmptyView.draw(lines, in: rect, on: &canvas)
        }
        var title = StyledText("Flow runs")
        if let starting { title.append(" \(glyphs.dot) \(starting)\(glyphs.ellipsis)", .accent) }
        let isWide = rect.width >= 60
        ListBox(
            title: title,
            rows: shown(in: context.library),
            columns: Self.columns(isWide: isWide),
            hasHeader: isWide,
            isFocused: focus == .runs,
            hitPrefix: FlowsLayout.runPrefix
        ) { Self.cells($0, isWide: isWide, at: context.now, glyphs) }.draw(
            list,
            in: rect,
            on: &canvas
        )
    }

    private static func columns(isWide: Bool) -> [TableColumn] {
        let narrow = [
            TableColumn("", width: 1),
            TableColumn("flow", width: 10, weight: 3, priority: 9),
            TableColumn("tasks", width: 7, alignment: .right, priority: 8),
            TableColumn("time", width: 6, alignment: .right, priority: 7),
        ]
        guard isWide else { return narrow }
        return narrow + [
            TableColumn("state", width: 20, priority: 6),
            TableColumn("started", width: 8, alignment: .right, priority: 5),
            TableColumn("id", width: 8, priority: 4),
        ]
    }

    private static func cells(
        _ run: FlowRunSummary,
        isWide: Bool,
        at now: Date,
        _ glyphs: GlyphSet
    ) -> [StyledText] {
        let style = FlowStyle.style(run.state)
        let seconds = FlowText.seconds(run, at: now)
        let narrow = [
            StyledText(FlowStyle.glyph(run.state, glyphs), style), StyledText(run.flow),
            StyledText(FlowText.progress(run, width: 7)),
            StyledText(seconds.map(Figures.duration) ?? Figures.none, .muted),
        ]
        guard isWide else { return narrow }
        return narrow + [
            StyledText(FlowText.state(run.state), style),
            StyledText(Figures.moment(run.createdAt, at: now), .muted),
            StyledText(String(run.id.prefix(8)), .muted),
        ]
    }
}
