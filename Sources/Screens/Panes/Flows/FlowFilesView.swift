import FoundationEssentials
import Platform
import Presentation
import Runs
import TerminalUI
import Workflows
import Workspace

/// Draws the flows that can be started, their schedules, and who executes these.
struct FlowFilesView {
    let state: FlowsState
    let context: Context

    func draw(in rect: Rect, on canvas: inout Canvas) {
        let files = state.files
        let isFocused = state.focus == .files
        let glyphs = canvas.glyphs
        let list = ListView(
            rows: files.rows,
            isFocused: isFocused,
            hitPrefix: FlowsLayout.filePrefix
        ) { line($0, glyphs) }
        let inner = canvas.box(
            rect,
            title: "Flows and schedules",
            trailing: StyledText(list.footer(files.list), .muted),
            isFocused: isFocused
        )
        guard files.files != nil else {
            let words = "reading the flows\(glyphs.ellipsis)"
            canvas.write(StyledText(words, .muted), in: inner.inset(horizontally: 1))
            return
        }
        let parts = inner.rows([.ratio(1), .fixed(inner.height > 2 ? 1 : 0)])
        if files.rows.isEmpty {
            canvas.write(StyledText("No flow in flows/.", .muted), in: parts[0])
        }
        list.draw(in: parts[0], selection: files.list, on: &canvas)
        canvas.write(executor, in: parts[1].inset(horizontally: 1))
    }

    private func line(_ row: FlowFiles.Row, _ glyphs: GlyphSet) -> StyledText {
        switch row {
        case .file(let path):
            guard let file = state.files.files?.first(where: { $0.path == path }) else { return "" }
            var text = StyledText(file.name)
            if let fault = file.faults.first { text.append("  \(fault)", .error) }
            if file.isSample { text.append("  sample", .muted) }
            return text
        case .schedule(let id):
            guard let schedule = state.files.schedule(id) else { return "" }
            let isNamed = schedule.schedule.name != "schedule"
            let style: Style = schedule.isOn ? .success : .muted
            var text = StyledText("  \(schedule.isOn ? glyphs.running : glyphs.hollow) ", style)
            if isNamed { text.append("\(schedule.schedule.name)  ") }
            if let reason = schedule.reason {
                text.append(reason, .warning)
            } else if schedule.isOn, let next = schedule.nextAt {
                text.append(Figures.localTime(next))
                let seconds = next.timeIntervalSince(context.now)
                if seconds > 0 { text.append("  in \(Figures.duration(seconds))", .muted) }
            } else {
                text.append(schedule.isOn ? "" : "off  ", .muted)
                text.append(FlowText.trigger(schedule.schedule), .muted)
            }
            return text
        }
    }

    /// Who executes schedules.
    private var executor: StyledText {
        switch state.files.executor {
        case .here: StyledText("Schedules fire from this screen.", .muted)
        case .process(let process):
            StyledText("Schedules fire from process \(process).", .muted)
        case .nobody:
            state.files.schedules.contains(where: \.isOn)
                ? StyledText("No process executes schedules; workbench flow serve does.", .warning)
                : StyledText("No schedule is on.", .muted)
        }
    }

    /// What is known of the selected file or schedule.
    func facts(_ glyphs: GlyphSet) -> (title: StyledText, lines: [StyledText]) {
        func fact(_ label: String, _ value: String) -> StyledText {
            StyledText(label.padded(to: 9) + " ", .muted) + StyledText(value)
        }
        var lines: [StyledText] = []
        let file = state.files.selectedFile
        for fault in file?.faults ?? [] { lines.append(StyledText(fault, .error)) }
        if let file { lines.append(fact("file", file.path)) }
        if let schedule = state.files.selectedSchedule {
            if let reason = schedule.reason { lines.append(StyledText(reason, .warning)) }
            lines.append(fact("fires", FlowText.trigger(schedule.schedule)))
            lines.append(fact("overlap", FlowText.overlap(schedule.schedule.overlap)))
            if let next = schedule.nextAt { lines.append(fact("next", Figures.localTime(next))) }
            if let last = schedule.lastFiredAt {
                lines.append(fact("last", Figures.localTime(last)))
            }
            let word = schedule.isOn ? "off" : "on"
            lines.append(StyledText("o switches it \(word).", .muted))
        }
        if file != nil { lines.append(StyledText("n starts the flow.", .muted)) }
        let title = file?.name ?? state.files.selectedSchedule?.flow ?? ""
        return (StyledText(title, .strong), lines)
    }
}
