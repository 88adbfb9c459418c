import Machine
import Platform
import Presentation
import Runs
import TerminalUI
import Workflows
import Workspace

/// The screen of a very small terminal: loss, step, ETA and memory of the newest run in one line.
enum PocketLine {
    static func draw(_ state: AppState, in rect: Rect, on canvas: inout Canvas) {
        guard !rect.isEmpty else { return }
        canvas.write(text(state, glyphs: canvas.glyphs, width: rect.width), in: rect)
        if let message = state.message, rect.height > 1 {
            MessageLine(message.text, role: message.role).draw(
                in: rect.row(rect.height - 1),
                on: &canvas
            )
        }
    }

    /// The flow run to show: in pane 6 the selected one, elsewhere a live one without a live
    /// training.
    private static func flow(_ state: AppState) -> FlowRunSummary? {
        if state.pane == .flows { return state.flows.selected(in: state.library) }
        return state.library.liveRun == nil ? state.library.liveFlowRun : nil
    }

    private static func text(_ state: AppState, glyphs: GlyphSet, width: Int) -> StyledText {
        if case .failed = state.access.opening {
            return StyledText("no workspace; q leaves", .error)
        }
        if let run = flow(state) {
            let end = FlowText.seconds(run, at: state.now).map(Figures.duration) ?? Figures.none
            let tasks = FlowText.progress(run, width: 9)
            let glyph = FlowStyle.glyph(run.state, glyphs)
            let room = max(0, width - DisplayWidth.of(tasks) - DisplayWidth.of(end) - 4)
            let name = StyledText(run.flow).truncated(to: room, ellipsis: glyphs.ellipsis)
            return StyledText(glyph, FlowStyle.style(run.state)) + StyledText(" ") + name
                + StyledText("\(name.isEmpty ? "" : " ")\(tasks) \(end)")
        }
        guard let run = state.library.liveRun ?? state.library.runs?.first else {
            return StyledText(state.library.runs == nil ? "opening" : "no run; t trains", .muted)
        }
        let step = run.totalSteps.map { "\(run.stepsDone)/\($0)" } ?? "\(run.stepsDone)"
        let end =
            run.status.isLive
            ? run.secondsRemaining.map(Figures.duration) ?? Figures.none
            : RunStyle.glyph(run.status, glyphs)
        let bytes = state.machine.latest.map { $0.gpus.first?.memoryUsed ?? $0.residentBytes }
        let memory = bytes.map { Figures.bytes($0) } ?? ""
        func plain(_ text: String) -> String { text.filter { $0 != " " && $0 != "B" } }
        let short = plain(memory)
        let shortest = bytes.map { plain(Figures.bytes($0, digits: 2)) } ?? ""
        let steps = Figures.steps(run.stepsDone, of: run.totalSteps, width: 8)
        let share = Figures.steps(run.stepsDone, of: run.totalSteps, width: 4)
            .filter { $0 != " " }
        let loss = run.loss.map { Figures.significant($0) } ?? Figures.none
        let shortLoss = run.loss.map { Figures.significant($0, digits: 2) } ?? Figures.none
        // Units are dropped first, then the third digit, then whole figures.
        let lines = [
            "loss \(loss)  step \(step)  ETA \(end)  \(memory)", "\(loss) \(step) \(end) \(memory)",
            "\(loss) \(step) \(end) \(short)", "\(shortLoss) \(step) \(end) \(short)",
            "\(shortLoss) \(step) \(end) \(shortest)", "\(shortLoss) \(steps) \(end) \(shortest)",
            "\(shortLoss) \(share) \(end) \(shortest)", "\(shortLoss) \(share) \(end)",
            "\(shortLoss) \(share)", shortLoss,
        ]
        return StyledText(lines.first { DisplayWidth.of($0) <= width } ?? "")
    }
}
