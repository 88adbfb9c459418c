import FoundationEssentials
import JSON
import Platform
import Presentation
import Runs
import TerminalUI
import Workflows
import Workspace

/// Draws what is known of the selected thing: a flow run, a task with its log, or a flow that can be
/// started.
struct FlowDetailView {
    let state: FlowsState
    let context: Context

    func draw(in rect: Rect, on canvas: inout Canvas) {
        let run = state.selected(in: context.library)
        let opened = state.tasks(in: context.library)
        switch state.focus {
        case .files:
            draw(FlowFilesView(state: state, context: context).facts(canvas.glyphs), rect, &canvas)
        case .tasks:
            guard let opened else { return _ = canvas.box(rect) }
            if let task = opened.selected {
                draw(task, opened, in: rect, on: &canvas)
            } else if case .matrix(let group) = opened.item {
                draw(matrix(opened.board, group, canvas.glyphs), rect, &canvas)
            } else {
                canvas.box(rect)
            }
        case .runs:
            guard let run else { return _ = canvas.box(rect) }
            draw((StyledText("Flow run \(run.id.prefix(8))"), facts(run)), rect, &canvas)
        }
    }

    private func draw(
        _ content: (title: StyledText, lines: [StyledText]),
        _ rect: Rect,
        _ canvas: inout Canvas
    ) {
        let inner = canvas.box(rect, title: content.title).inset(horizontally: 1)
        ScrollText(content.lines, indent: 4).draw(in: inner, state: ScrollTextState(), on: &canvas)
    }

    private func fact(_ label: String, _ value: String, _ style: Style = .text) -> StyledText {
        StyledText(label.padded(to: 11) + " ", .muted) + StyledText(value, style)
    }

    // MARK: A flow run

    private func facts(_ run: FlowRunSummary) -> [StyledText] {
        var lines: [StyledText] = []
        if let reason = run.reason {
            lines.append(StyledText(reason, run.state == .completed ? .text : .error))
        }
        if !run.awaitsApproval.isEmpty {
            let tasks = run.awaitsApproval.joined(separator: ", ")
            let wait = run.awaitsApproval.count == 1 ? "waits" : "wait"
            lines.append(StyledText("\(tasks) \(wait) for your approval; A decides.", .warning))
        } else if run.state == .failed || run.state == .crashed || run.state == .cancelled {
            lines.append(StyledText("R continues from what has no result.", .muted))
        } else if run.state == .paused {
            lines.append(StyledText("p continues it.", .muted))
        }
        lines.append(fact("tasks", FlowText.counts(run.counts)))
        lines += run.parameters.members.map { member in
            fact(member.name.text, FlowText.value(member.value))
        }
        lines.append(fact("created", Figures.localTime(run.createdAt)))
        lines.append(fact("by", origin(run.origin)))
        if let process = run.ownerProcess {
            lines.append(fact("executed by", run.isMine ? "this screen" : "process \(process)"))
        }
        lines.append(fact("file", run.path, .muted))
        return lines
    }

    private func origin(_ origin: FlowRunOrigin) -> String {
        switch origin {
        case .person: return "a person"
        case .schedule(let name, let instant):
            let date = Date(timeIntervalSince1970: Double(instant) / 1000)
            let what = name == "schedule" ? "its schedule" : "the schedule \(name)"
            return "\(what), for \(Figures.localTime(date))"
        case .forked(let id): return "a fork of \(name(of: id))"
        case .task(let id, let task): return "\(task) of \(name(of: id))"
        }
    }

    private func name(of id: String) -> String {
        context.library.flowRun(id)?.name ?? String(id.prefix(8))
    }

    // MARK: A task

    private func matrix(
        _ board: FlowBoard,
        _ index: Int,
        _ glyphs: GlyphSet
    ) -> (StyledText, [StyledText]) {
        let group = board.groups[index]
        let isOpen = board.expanded.contains(group.name)
        let space = isOpen ? "space hides them" : "space shows them"
        let words = "\(space), l the log of the first, w all states and reasons."
        var lines = [StyledText(words, .muted)]
        lines += MatrixText.ordered(group, board).prefix(60).map { task in
            let seconds = FlowText.seconds(task, at: context.now).map(Figures.duration)
            var line = FlowStyle.mark(task.state, glyphs) + StyledText(task.id.padded(to: 20))
            line.append("  \(seconds ?? FlowText.state(task.state))", .muted)
            if let progress = task.progress { line.append("  \(progress.text)", .accent) }
            if let reason = task.reason { line.append("  \(reason)", reasonStyle(task.state)) }
            return line
        }
        return (title(group, glyphs), lines)
    }

    private func title(_ group: FlowBoard.Group, _ glyphs: GlyphSet) -> StyledText {
        FlowStyle.mark(group.state, glyphs) + FlowStyle.matrix(group, glyphs)
    }

    private func draw(
        _ task: TaskSummary,
        _ opened: OpenedFlow,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        let glyphs = canvas.glyphs
        let isBeside = rect.width >= 90
        let parts =
            isBeside ? rect.columns([.ratio(1), .ratio(1)], sharingBorders: true) : [rect]
        var title = FlowStyle.mark(task.state, glyphs) + StyledText(task.id, .strong)
        title.append(" \(glyphs.dot) \(task.kind)", .muted)
        if task.attempt > 1 { title.append(" \(glyphs.dot) attempt \(task.attempt)", .muted) }
        let inner = canvas.box(parts[0], title: title).inset(horizontally: 1)
        var lines = summary(task, width: inner.width, glyphs)
        if let detail = opened.task, detail.summary.id == task.id {
            lines += facts(detail)
        } else {
            lines.append(StyledText("reading the task\(glyphs.ellipsis)", .muted))
        }
        let log = opened.log.flatMap { $0.task == task.id ? $0 : nil }
        if isBeside {
            ScrollText(lines, indent: 4).draw(in: inner, state: ScrollTextState(), on: &canvas)
            let words = StyledText("Log") + StyledText(" \(glyphs.dot) l opens it", .muted)
            let side = canvas.box(parts[1], title: words).inset(horizontally: 1)
            draw(log, in: side, on: &canvas)
            return
        }
        let wrapped = ScrollText(lines, indent: 4).lines(width: inner.width)
        let tail = min(log?.lines.count ?? 0, max(inner.height - wrapped.count, inner.height / 3))
        let rows = inner.rows([.ratio(1), .fixed(tail)])
        for (row, line) in wrapped.prefix(rows[0].height).enumerated() {
            canvas.write(line, in: rows[0], row: row)
        }
        draw(log, in: rows[1], on: &canvas)
    }

    private func summary(_ task: TaskSummary, width: Int, _ glyphs: GlyphSet) -> [StyledText] {
        var lines: [StyledText] = []
        var text = StyledText(FlowText.state(task.state), FlowStyle.style(task.state))
        if let seconds = FlowText.seconds(task, at: context.now) {
            text.append("  \(Figures.duration(seconds))", .muted)
        }
        lines.append(text)
        if let reason = task.reason { lines.append(StyledText(reason, reasonStyle(task.state))) }
        if let progress = task.progress {
            lines.append(Self.bar(progress, width: min(24, width / 3), glyphs))
        }
        switch task.state {
        case .waitingApproval: lines.append(StyledText("A approves or denies it.", .warning))
        case .running where task.kind == "train" && task.run != nil:
            lines.append(StyledText("enter shows its curves.", .muted))
        case _ where state.subflow(of: task, in: context.library) != nil:
            lines.append(StyledText("enter shows its flow run.", .muted))
        default: break
        }
        return lines
    }

    private func reasonStyle(_ state: TaskState) -> Style {
        state.isFailure ? .error : .muted
    }

    private static func bar(_ progress: TaskProgress, width: Int, _ glyphs: GlyphSet) -> StyledText
    {
        guard let fraction = progress.fraction else { return StyledText(progress.text, .accent) }
        let full = Int((min(max(0, fraction), 1) * Double(width)).rounded(.down))
        let block = glyphs.levels.last ?? "#"
        return StyledText(String(repeating: block, count: full), .accent)
            + StyledText(String(repeating: glyphs.dot, count: max(0, width - full)), .muted)
            + StyledText(" \(Figures.percent(fraction))  \(progress.text)")
    }

    private func facts(_ task: TaskDetail) -> [StyledText] {
        var lines: [StyledText] = []
        func section(_ title: String, _ rows: [StyledText]) {
            guard !rows.isEmpty else { return }
            lines.append(StyledText(title, .strong))
            lines += rows
        }
        func rows(_ object: JSONObject) -> [StyledText] {
            object.members.map { member in
                StyledText("  ") + fact(member.name.text, FlowText.value(member.value))
            }
        }
        section("outputs", rows(task.outputs))
        section("inputs", rows(task.inputs))
        section("files", task.files.map { StyledText("  \($0)") })
        let changes = task.history.reversed().prefix(12).map { change in
            let from = change.from.map { "\(FlowText.state($0)) to " } ?? ""
            var line = StyledText("  \(Figures.clock(change.at)) ", .muted)
            line.append("\(from)\(FlowText.state(change.to))", FlowStyle.style(change.to))
            if change.attempt > 0 { line.append(", attempt \(change.attempt)", .muted) }
            if let reason = change.reason { line.append("  \(reason)", .muted) }
            return line
        }
        section("history", Array(changes))
        return lines
    }

    /// The newest lines of a log.
    private func draw(_ log: FlowTaskLog?, in rect: Rect, on canvas: inout Canvas) {
        guard let log, !log.lines.isEmpty else {
            if rect.height > 0 { canvas.write(StyledText("No output yet.", .muted), in: rect) }
            return
        }
        for (row, line) in log.lines.suffix(rect.height).enumerated() {
            canvas.write(StyledText(VisibleText.line(line)), in: rect, row: row)
        }
    }
}
