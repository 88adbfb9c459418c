import Platform
import Presentation
import Runs
import TerminalUI
import Workflows
import Workspace

/// The first row: the panes, and the live run or flow run.
enum TopBar {
    static func draw(_ state: AppState, in rect: Rect, on canvas: inout Canvas) {
        var x = rect.x + 1
        if rect.width >= 96 {
            x += canvas.write("workbench", x: x, y: rect.y, style: .strong) + 3
        }
        for pane in Pane.allCases {
            let isActive = pane == state.pane
            let number = "\(pane.rawValue)"
            // On narrow screens the other panes keep their numbers only.
            let title = isActive || rect.width >= 56 ? " \(pane.title)" : ""
            let style: Style = isActive ? .accent.with([.bold, .underline]) : .muted
            let start = x
            x += canvas.write(number, x: x, y: rect.y, width: rect.maxX - x, style: style)
            x += canvas.write(title, x: x, y: rect.y, width: rect.maxX - x, style: style)
            canvas.hit(
                Rect(x: start, y: rect.y, width: x - start, height: 1),
                "pane:\(pane.rawValue)"
            )
            x += rect.width >= 96 ? 2 : 1
        }
        let room = Rect(x: x, y: rect.y, width: rect.maxX - 1 - x, height: 1)
        guard room.width > 0 else { return }
        let open = state.library.openAlertCount
        let alerts = StyledText(open > 0 ? "!\(open) " : "", .warning)
        let width = room.width - alerts.width
        let text = alerts + status(of: state, width: width, glyphs: canvas.glyphs)
        let start = room.maxX - min(text.width, room.width)
        if open > 0 {
            canvas.hit(Rect(x: start, y: room.y, width: alerts.width, height: 1), "key:alerts")
        }
        canvas.write(text, in: room, alignment: .right)
    }

    private static func status(of state: AppState, width: Int, glyphs: GlyphSet) -> StyledText {
        switch state.access.opening {
        case .opening: return StyledText("opening\(glyphs.ellipsis)", .muted)
        case .failed: return StyledText("\(glyphs.failed) no workspace", .error)
        case .open: break
        }
        if let run = state.library.liveRun {
            let glyph = RunStyle.glyph(run.status, glyphs)
            var figures = run.progress.map { "  \(Figures.percent($0))" } ?? ""
            if let seconds = run.secondsRemaining {
                figures += "  ETA \(Figures.duration(seconds))"
            }
            // Where room is short, the name is truncated and the figures stay.
            let name = StyledText(run.name).truncated(
                to: max(4, width - 2 - DisplayWidth.of(figures)),
                ellipsis: glyphs.ellipsis
            )
            return StyledText("\(glyph) ", RunStyle.style(run.status)) + name
                + StyledText(figures)
        }
        if let run = state.library.liveFlowRun {
            let glyph = FlowStyle.glyph(run.state, glyphs)
            let figures = "  \(FlowText.progress(run))"
            let name = StyledText(run.flow).truncated(
                to: max(4, width - 2 - DisplayWidth.of(figures)),
                ellipsis: glyphs.ellipsis
            )
            return StyledText("\(glyph) ", FlowStyle.style(run.state)) + name
                + StyledText(figures)
        }
        if let download = state.library.download, state.library.isPulling {
            return StyledText("\(glyphs.running) ", .accent)
                + StyledText(DownloadText.line(download))
        }
        switch state.server {
        case .on(let address): return StyledText("serving \(address)", .accent)
        case .starting: return StyledText("starting to serve\(glyphs.ellipsis)", .muted)
        case .off, .failed: break
        }
        if state.access.readOnlyReason != nil { return StyledText("read-only", .warning) }
        return StyledText()
    }
}
