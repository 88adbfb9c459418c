import FoundationEssentials
import Platform
import Presentation
import Runs
import TerminalUI
import Workflows
import Workspace

/// Draws the tasks of the selected flow run: as a graph, a list, or over time.
struct FlowTasksView {
    let state: FlowsState
    let context: Context

    func draw(in rect: Rect, on canvas: inout Canvas) {
        let glyphs = canvas.glyphs
        guard let run = state.selected(in: context.library) else {
            canvas.box(rect)
            return
        }
        let opened = state.tasks(in: context.library)
        let isFocused = state.focus == .tasks
        var inner = canvas.box(
            rect,
            title: title(run, place: opened.flatMap { place($0, in: rect) }, glyphs),
            isFocused: isFocused
        )
        guard let opened else {
            if let problem = state.problem, problem.run == run.id {
                let lines = ScrollText([
                    StyledText(problem.error.message, .error),
                    StyledText(problem.error.hint ?? "", .muted),
                ])
                lines.draw(in: inner.inset(horizontally: 1), state: ScrollTextState(), on: &canvas)
            } else {
                let words = "reading the tasks\(glyphs.ellipsis)"
                canvas.write(StyledText(words, .muted), in: inner.inset(horizontally: 1))
            }
            return
        }
        if opened.isFiltering || !opened.filter.text.isEmpty {
            let rows = inner.rows([.ratio(1), .fixed(1)])
            let field = rows[1].columns([.fixed(2), .ratio(1)])
            canvas.write(StyledText("/", .accent), in: field[0])
            TextField(opened.filter, placeholder: "words", isFocused: opened.isFiltering)
                .draw(in: field[1], on: &canvas)
            inner = rows[0]
            if opened.board.rows.isEmpty {
                canvas.write(.noMatch, in: inner)
            }
        }
        switch state.taskView(context) {
        case .graph: drawGraph(opened, in: inner.inset(horizontally: 1), on: &canvas)
        case .list: drawList(opened, in: inner, on: &canvas)
        case .timeline: drawTimeline(opened, run, in: inner, on: &canvas)
        }
    }

    private func title(
        _ run: FlowRunSummary,
        place: String?,
        _ glyphs: GlyphSet
    ) -> StyledText {
        let style = FlowStyle.style(run.state)
        var text = StyledText(FlowStyle.glyph(run.state, glyphs) + " ", style)
        text.append(run.flow, .strong)
        text.append(" \(glyphs.dot) \(FlowText.state(run.state))", style)
        var facts = [FlowText.progress(run)]
        if let seconds = FlowText.seconds(run, at: context.now) {
            facts.append(Figures.duration(seconds))
        }
        if !run.isMine, let process = run.ownerProcess { facts.append("process \(process)") }
        if let place { facts.append(place) }
        for fact in facts { text.append(" \(glyphs.dot) \(fact)", .muted) }
        return text
    }

    /// The position of the cursor, if not all rows are visible.
    ///
    /// The border below is shared with the details, so it is in the title.
    private func place(_ opened: OpenedFlow, in rect: Rect) -> String? {
        let rows = opened.board.rows.count
        guard rows > rect.height - 2, state.taskView(context) != .graph else { return nil }
        return opened.cursor.position(in: 0..<rows).map { "\($0 + 1) of \(rows)" }
    }

    private func drawGraph(_ opened: OpenedFlow, in rect: Rect, on canvas: inout Canvas) {
        guard let layout = opened.board.layout else { return }
        let board = opened.board
        let glyphs = canvas.glyphs
        let box = opened.item.flatMap { state.box(of: $0, in: board) }
        GraphView(layout, selected: box) { box in
            switch board.boxes[box] {
            case .matrix(let group):
                let group = board.groups[group]
                return .init(
                    FlowStyle.mark(group.state, glyphs) + FlowStyle.matrix(group, glyphs)
                )
            case .task(let place):
                let task = board.tasks[place]
                return .init(
                    FlowStyle.mark(task.state, glyphs) + StyledText(task.id),
                    note: note(task)
                )
            }
        }.draw(in: rect, on: &canvas)
    }

    /// The progress of a task, or how long it took.
    private func note(_ task: TaskSummary) -> StyledText {
        if let fraction = task.progress?.fraction {
            return StyledText(Figures.percent(fraction), .accent)
        }
        if task.state == .cached || task.state == .skipped {
            return StyledText(FlowText.state(task.state), .muted)
        }
        let seconds = FlowText.seconds(task, at: context.now)
        let attempt = task.attempt > 1 ? "\(task.attempt). " : ""
        return StyledText(seconds.map { attempt + Figures.duration($0) } ?? "", .muted)
    }

    private func drawList(_ opened: OpenedFlow, in rect: Rect, on canvas: inout Canvas) {
        let board = opened.board
        let glyphs = canvas.glyphs
        let count = board.rows.count
        let first = opened.cursor.firstVisible(in: 0..<count, rows: rect.height)
        let selected = opened.cursor.position(in: 0..<count)
        for (line, row) in (first..<min(count, first + rect.height)).enumerated() {
            let area = rect.row(line)
            let parts = area.columns([.fixed(2), .ratio(1), .fixed(min(24, rect.width / 3))])
            if row == selected { canvas.write(StyledText(glyphs.pointer, .accent), in: parts[0]) }
            canvas.write(text(board.rows[row], board, glyphs), in: parts[1])
            canvas.write(side(board.rows[row], board), in: parts[2], alignment: .right)
            if row == selected, state.focus == .tasks { canvas.cover(area, with: .selection) }
            canvas.hit(area, "\(FlowsLayout.taskPrefix)\(row)")
        }
    }

    private func text(
        _ row: FlowBoard.Row,
        _ board: FlowBoard,
        _ glyphs: GlyphSet
    ) -> StyledText {
        let before = row.isMember ? row.branches?.below(glyphs) : row.branches?.before(glyphs)
        let after = row.isMember ? " " : row.branches?.after(glyphs) ?? " "
        var text = StyledText(before ?? "", .muted)
        switch row.item {
        case .matrix(let group):
            let group = board.groups[group]
            let isOpen = board.expanded.contains(group.name)
            text.append((isOpen ? glyphs.opened : glyphs.closed) + after, .muted)
            text += FlowStyle.matrix(group, glyphs)
        case .task(let place):
            let task = board.tasks[place]
            text.append(FlowStyle.glyph(task.state, glyphs), FlowStyle.style(task.state))
            text.append(after, .muted)
            text.append(task.id)
            if task.state == .waitingApproval { text.append("  A decides", .warning) }
        }
        if !row.others.isEmpty {
            text.append("  after \(row.others.joined(separator: ", "))", .muted)
        }
        return text
    }

    private func side(_ row: FlowBoard.Row, _ board: FlowBoard) -> StyledText {
        guard case .task(let place) = row.item else { return StyledText() }
        let task = board.tasks[place]
        if let progress = task.progress {
            return StyledText(progress.fraction.map(Figures.percent) ?? progress.text, .accent)
        }
        switch task.state {
        case .completed, .running, .retrying: return note(task)
        case .pending: return StyledText()
        default: return StyledText(FlowText.state(task.state), FlowStyle.style(task.state))
        }
    }

    private func drawTimeline(
        _ opened: OpenedFlow,
        _ run: FlowRunSummary,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        let board = opened.board
        let glyphs = canvas.glyphs
        let start = run.startedAt ?? run.createdAt
        let end = run.endedAt ?? context.now
        Timeline(
            count: board.rows.count,
            duration: max(1, end.timeIntervalSince(start)),
            hitPrefix: FlowsLayout.taskPrefix,
            unit: Figures.duration
        ) { row in
            switch board.rows[row].item {
            case .matrix(let group):
                let group = board.groups[group]
                let members = group.members.map { board.tasks[$0] }
                let isLive = members.contains { $0.startedAt != nil && $0.endedAt == nil }
                return Timeline.Bar(
                    label: FlowStyle.mark(group.state, glyphs) + FlowStyle.matrix(group, glyphs),
                    start: members.compactMap(\.startedAt).min()?.timeIntervalSince(start),
                    end: isLive
                        ? nil : members.compactMap(\.endedAt).max()?.timeIntervalSince(start),
                    style: FlowStyle.style(group.state),
                    waits: board.queue(of: members, in: run, at: context.now).map { [$0] } ?? []
                )
            case .task(let place):
                let task = board.tasks[place]
                let seconds = FlowText.seconds(task, at: context.now)
                return Timeline.Bar(
                    label: FlowStyle.mark(task.state, glyphs) + StyledText(task.id),
                    start: task.startedAt?.timeIntervalSince(start),
                    end: task.endedAt?.timeIntervalSince(start),
                    style: FlowStyle.style(task.state),
                    note: seconds.map(Figures.duration) ?? "",
                    waits: board.waits(of: task, in: run, at: context.now)
                )
            }
        }.draw(in: rect, selection: ListState(opened.cursor, of: board.rows.count), on: &canvas)
    }
}

extension ListState<Int> {
    /// The list with its position as the selection.
    fileprivate init(_ list: ListState<Int>, of count: Int) {
        self = list
        refresh(0..<count)
    }
}
