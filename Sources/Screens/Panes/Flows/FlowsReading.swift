import FoundationEssentials
import TerminalUI
import Workflows
import Workspace

extension FlowsState {
    mutating func reduceReading(_ action: FlowsAction, _ context: Context) -> [Effect] {
        switch action {
        case .detailed(let detail):
            take(detail, context)
            return endReading(context)
        case .detailFailed(let error, let run):
            problem = FlowProblem(run: run, error: error)
            return endReading(context)
        case .taskRead(let task, let run):
            _ = readingTask.end()
            if opened?.id == run { opened?.task = task }
        case .taskFailed(let error, let task, let run):
            _ = readingTask.end()
            failedTask = FlowPlace(run: run, task: task)
            return [.report(error)]
        case .logRead(let page, let task, let run, let cursor):
            _ = readingLog.end()
            guard opened?.id == run, opened?.log?.task == task, opened?.log?.cursor == cursor
            else { return [] }
            log?.checkAdded(page.lines)
            if opened?.log?.append(page) == true { isLogStale = true }
        case .logFailed(_, let task, let run):
            // A task that has not begun has no log.
            _ = readingLog.end()
            if opened?.id == run, opened?.log?.task == task { isLogStale = false }
        case .filesRead(let read, let schedules, let executor):
            files.take(read, schedules, executor)
            return files.reading.end() ? [FlowsWork.files] : []
        case .filesFailed(let error):
            return [.report(error)] + (files.reading.end() ? [FlowsWork.files] : [])
        default: break
        }
        return []
    }

    /// Looks at a live flow run once a second: its durations grow, and the log of a task of another
    /// process grows without an event.
    mutating func look(_ context: Context) {
        let run = selected(in: context.library)
        guard context.pane == .flows, context.isOpen, form == nil, let run, run.state == .running
        else {
            nextLook = nil
            return
        }
        guard let due = nextLook, due > context.now else {
            if nextLook != nil, !run.isMine { isLogStale = true }
            nextLook = context.now.addingTimeInterval(1)
            return
        }
    }

    /// Reads what the screen shows and has not been read.
    mutating func readWanted(_ context: Context) -> [Effect] {
        guard context.isOpen, context.pane == .flows, form == nil else { return [] }
        var effects: [Effect] = []
        let run = selected(in: context.library)
        if let run, opened?.id != run.id, problem?.run != run.id, !reading.isUnderWay {
            effects += readFlow(context)
        }
        guard let opened = tasks(in: context.library), focus == .tasks, let task = opened.selected
        else { return effects }
        let place = FlowPlace(run: opened.id, task: task.id)
        let isRead = opened.task?.summary.id == task.id && !isTaskStale
        if !isRead, failedTask != place || isTaskStale, !readingTask.isUnderWay,
            readingTask.begin()
        {
            isTaskStale = false
            effects.append(FlowsWork.task(task.id, of: opened.id))
        }
        guard !readingLog.isUnderWay else { return effects }
        if opened.log?.task != task.id {
            self.opened?.log = FlowTaskLog(run: opened.id, task: task.id)
            isLogStale = true
        }
        if isLogStale, readingLog.begin() {
            isLogStale = false
            let cursor = self.opened?.log?.cursor ?? 0
            effects.append(FlowsWork.log(of: task.id, in: opened.id, after: cursor))
        }
        return effects
    }

    /// Reads the selected flow run, now or after the read under way.
    mutating func readFlow(_ context: Context) -> [Effect] {
        guard context.isOpen, let id = selected(in: context.library)?.id, reading.begin() else {
            return []
        }
        return [FlowsWork.detail(id)]
    }

    mutating func readFiles(_ context: Context) -> [Effect] {
        context.isOpen && files.reading.begin() ? [FlowsWork.files] : []
    }

    private mutating func endReading(_ context: Context) -> [Effect] {
        guard reading.end() else { return [] }
        guard let id = selected(in: context.library)?.id else {
            _ = reading.end()
            return []
        }
        return [FlowsWork.detail(id)]
    }

    private mutating func take(_ detail: FlowRunDetail, _ context: Context) {
        let id = detail.summary.id
        guard id == selected(in: context.library)?.id else { return }
        problem = nil
        isTaskStale = true
        isLogStale = true
        if opened?.id == id {
            opened?.take(detail)
        } else {
            opened = OpenedFlow(detail)
            log = nil
        }
        if let wantedTask, let row = opened?.board.row(of: wantedTask) {
            _ = opened?.go(toRow: row)
        }
        wantedTask = nil
    }
}

/// A task of a flow run.
package struct FlowPlace: Hashable, Sendable {
    /// The flow run.
    package var run: String
    /// The task.
    package var task: String
}
