import Platform
import Presentation
import Runs
import TerminalUI
import Workflows
import Workspace

extension FlowsState {
    package mutating func reduce(_ action: FlowsAction, _ context: Context) -> [Effect] {
        switch action {
        case .detailed, .detailFailed, .taskRead, .taskFailed, .logRead, .logFailed, .filesRead,
            .filesFailed:
            return reduceReading(action, context)
        case .start, .outlined, .outlineFailed, .planned, .planFailed, .submit, .started,
            .startFailed, .retry, .planRetry, .retryPlanned, .showPlan, .retryNow, .edit:
            return reduceStarting(action, context)
        case .cancel, .togglePause, .approve, .decide, .askReason, .decideNow, .delete, .control,
            .controlled, .toggleSchedule:
            return reduceControl(action, context)
        case .select(let run, let task):
            visits = []
            return select(run, task: task)
        case .showSchedule(let id):
            log = nil
            focus = .files
            files.list = ListState(.schedule(id))
            return readFiles(context)
        case .open: return open(context)
        case .showFiles:
            log = nil
            focus = focus == .files ? .runs : .files
            return focus == .files ? readFiles(context) : []
        case .toggleGraph: view = view == .graph ? .list : .graph
        case .toggleTimeline: view = view == .timeline ? .graph : .timeline
        case .toggleMatrix: opened?.toggle()
        case .step(let columns, let rows): step(columns: columns, rows: rows)
        case .toggleLog:
            focus = .tasks
            // The log of a matrix is that of the task to look at first.
            if log == nil, case .matrix(let group) = opened?.item { opened?.expand(group) }
            log = log == nil ? FlowLogState() : nil
        case .filter: startFiltering()
        case .keepFilter: keepFilter()
        case .find(let backwards): find(backwards: backwards)
        case .why(let task):
            return why(task, context)
        case .whyRead(let reasons, let task):
            let lines = reasons.isEmpty ? ["There is nothing to say about it."] : reasons
            return why(task, lines.map { StyledText($0) })
        }
        return []
    }

    /// Shows why a task ran or did not; of a matrix, the states of its tasks.
    private func why(_ task: String?, _ context: Context) -> [Effect] {
        guard let run = selected(in: context.library) else { return [] }
        let board = tasks(in: context.library)?.board
        let group: FlowBoard.Group? =
            if let task {
                board?.groups.first { $0.isMatrix && $0.name == task }
            } else if case .matrix(let place) = opened?.item {
                board?.groups[place]
            } else {
                nil
            }
        if let board, let group { return why(group.name, MatrixText.states(of: group, board)) }
        guard let task = task ?? opened?.selected?.id else { return [] }
        return [FlowsWork.why(task, of: run.id)]
    }

    private func why(_ name: String, _ lines: [StyledText]) -> [Effect] {
        let sheet = TextSheet(title: "Why \(name)", text: ScrollText(lines, indent: 4), key: "w")
        return [.ask(.text(sheet, ScrollTextState()))]
    }

    /// Shows a flow run, and optionally one of its tasks.
    mutating func select(_ run: String, task: String?) -> [Effect] {
        list.filter = TextFieldState()
        list.select(run, in: [run])
        focus = task == nil ? .runs : .tasks
        if let task, opened?.id == run, let row = opened?.board.row(of: task) {
            _ = opened?.go(toRow: row)
        } else {
            wantedTask = task
        }
        return []
    }

    private mutating func open(_ context: Context) -> [Effect] {
        switch focus {
        case .runs:
            if tasks(in: context.library) != nil || !context.frame.isWide { focus = .tasks }
        case .files:
            return files.selectedFile.map { reduce(.start(file: $0.path), context) } ?? []
        case .tasks:
            guard let opened else { return [] }
            guard let task = opened.selected else {
                self.opened?.toggle()
                return []
            }
            if let run = subflow(of: task, in: context.library) {
                visit(run, from: task)
                return []
            }
            guard task.kind == "train", let run = task.run else {
                return reduce(.toggleLog, context)
            }
            return [.send(.screen(.visit(.run))), .send(.run(.follow(run)))]
        }
        return []
    }

    private mutating func step(columns: Int, rows: Int) {
        guard let board = opened?.board, let layout = board.layout, let item = opened?.item,
            let box = box(of: item, in: board),
            let next = layout.neighbour(of: box, columns: columns, rows: rows)
        else { return }
        opened?.go(to: board.boxes[next])
    }

    /// The box of a row: an expanded matrix has none, so its first task's is used.
    func box(of item: FlowBoard.Item, in board: FlowBoard) -> Int? {
        if let box = board.boxes.firstIndex(of: item) { return box }
        guard case .matrix(let group) = item, let first = board.groups[group].members.first else {
            return nil
        }
        return board.boxes.firstIndex(of: .task(first))
    }

    private mutating func startFiltering() {
        if log != nil {
            log?.isSearching = true
            log?.search.selectAll()
        } else if focus == .tasks {
            opened?.isFiltering = true
            opened?.filter.selectAll()
        } else {
            focus = .runs
            list.startFiltering()
        }
    }

    private mutating func keepFilter() {
        if log?.isSearching == true {
            log?.isSearching = false
            // From the end of a log that grows, the newest match is the next one.
            find(backwards: log?.isFollowing == true)
        } else {
            opened?.isFiltering = false
            list.isFiltering = false
        }
    }

    private mutating func find(backwards: Bool) {
        guard let log, let lines = opened?.log, let position = log.position(lines.lines.count)
        else { return }
        let start = position + (backwards ? -1 : 1)
        // The first search includes the line with the cursor.
        let isHere = lines.line(with: log.search.text, from: position, backwards: false) == position
        let wanted = isHere ? start : position
        if let line = lines.line(with: log.search.text, from: wanted, backwards: backwards) {
            self.log?.go(to: line, count: lines.lines.count)
        }
    }
}
