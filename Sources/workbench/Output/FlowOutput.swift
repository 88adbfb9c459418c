import FoundationEssentials
import JSON
import Platform
import Presentation
import Runs
import Synchronization
import Workflows
import Workspace

/// A flow run's events as lines, for people or as JSON.
///
/// Events of a flow run that has not begun here yet are kept until it does.
final class FlowOutput: Sendable {
    private struct State {
        var run: FlowRunSummary?
        var early: [FlowEvent] = []
        /// When the tasks that run began.
        var began: [String: ContinuousClock.Instant] = [:]
    }

    private let workspace: Workspace
    private let isJSON: Bool
    private let state = Mutex(State())
    private let logs: FlowLogPrinter?

    init(_ workspace: Workspace, isJSON: Bool, showsLogs: Bool) {
        self.workspace = workspace
        self.isJSON = isJSON
        logs = showsLogs ? FlowLogPrinter(workspace, isJSON: isJSON) : nil
    }

    /// Leaves out what the tasks of a flow run have logged so far.
    func leaveOut(logsOf run: String) throws {
        guard let logs else { return }
        for task in try workspace.flows.detail(run).tasks where task.attempt > 0 {
            try logs.skip(task.id, of: run, allBut: 0)
        }
    }

    func begin(_ run: FlowRunSummary) {
        if isJSON {
            Console.printJSON([
                "event": "started", "flow_run": .string(run.id), "flow": .string(run.flow),
            ])
        } else {
            Console.note("flow \(run.flow) (\(run.id))")
        }
        state.withLock { state in
            state.run = run
            for event in state.early { write(event, of: run, &state) }
            state.early = []
        }
    }

    func receive(_ event: WorkspaceEvent) {
        switch event {
        case .flow(let event):
            state.withLock { state in
                guard let run = state.run else { return state.early.append(event) }
                write(event, of: run, &state)
            }
        case .notice(let notice) where !isJSON: Console.remark(notice.message, hint: notice.hint)
        default: break
        }
    }

    func end(_ run: FlowRunSummary) {
        logs?.finish(run.id)
        guard !isJSON else {
            return Console.printJSON([
                "event": "finished", "flow_run": .string(run.id),
                "state": .string(run.state.rawValue),
                "reason": run.reason.map(JSON.JSONValue.string),
            ])
        }
        Console.note("\(run.flow) is \(FlowTables.state(run))")
        let id = run.id.prefix(8)
        switch run.state {
        case .completed: break
        case .waitingApproval:
            let tasks = run.awaitsApproval.joined(separator: ", ")
            Console.hint("`workbench flow approve \(id)` approves \(tasks).")
        case .failed, .crashed, .cancelled:
            Console.hint("`workbench flow retry \(id)` continues it from what failed.")
        case .pending, .running, .paused:
            Console.hint("`workbench flow resume \(id)` continues it.")
        }
    }

    private func write(_ event: FlowEvent, of run: FlowRunSummary, _ state: inout State) {
        switch event {
        case .task(run.id, let task, let new, let attempt, let reason):
            write(task, new, attempt, reason, of: run, &state)
        case .log(run.id, let task): logs?.note(run: run.id, task: task)
        default: break
        }
    }

    private func note(_ message: String, of run: FlowRunSummary) {
        guard !isJSON else {
            return Console.printJSON([
                "event": "note", "flow_run": .string(run.id), "message": .string(message),
            ])
        }
        Console.note("\(run.flow): \(message)")
    }

    private func write(
        _ task: String,
        _ new: TaskState,
        _ attempt: Int,
        _ reason: String?,
        of run: FlowRunSummary,
        _ state: inout State
    ) {
        // About the whole flow run, such as that the disk is full.
        guard !task.isEmpty else { return note(reason ?? "", of: run) }
        guard !isJSON else {
            return Console.printJSON([
                "event": "task", "flow_run": .string(run.id), "task": .string(task),
                "state": .string(new.rawValue), "attempt": .integer(attempt),
                "reason": reason.map(JSON.JSONValue.string),
            ])
        }
        var words = [task, FlowText.state(new)]
        if new == .running {
            state.began[task] = .now
            if attempt > 1 { words.append("attempt \(attempt)") }
        } else if let began = state.began.removeValue(forKey: task) {
            words.append("after \(Figures.duration((ContinuousClock.now - began) / .seconds(1)))")
        }
        if let reason { words.append(reason) }
        Console.print(Console.line("\(Figures.clock(Date()))  \(words.joined(separator: "  "))"))
    }
}

/// Prints the lines that tasks of a flow run log, on a thread of its own.
final class FlowLogPrinter: Sendable {
    private struct State {
        /// The tasks that have logged since they were last read, in that order.
        var waiting: [String] = []
        var run: String?
        var isFinished = false
    }

    private struct Log: Hashable {
        let run: String
        let task: String
    }

    private let workspace: Workspace
    private let isJSON: Bool
    /// Whether each line has the name of its task in front.
    private let names: Bool
    private let state = Guarded(State())
    /// The places up to which logs were printed.
    private let cursors = Mutex<[Log: Int]>([:])
    private let thread = Mutex<ServiceThread?>(nil)

    init(_ workspace: Workspace, isJSON: Bool, names: Bool = true) {
        self.workspace = workspace
        self.isJSON = isJSON
        self.names = names
    }

    /// Makes the printer read a task's log soon.
    func note(run: String, task: String) {
        state.withLock { state in
            state.run = run
            if !state.waiting.contains(task) { state.waiting.append(task) }
        }
        thread.withLock { thread in
            guard thread == nil else { return }
            thread = try? ServiceThread(name: "wb-flow-log") { self.work() }
        }
    }

    /// Prints what is left of the logs of a flow run that has ended.
    func finish(_ run: String) {
        state.withLock { $0.isFinished = true }
        thread.withLock { $0 }?.join()
        guard let detail = try? workspace.flows.detail(run) else { return }
        // What a task has logged whose result is used was printed then.
        for task in detail.tasks where task.attempt > 0 && task.state != .cached {
            print(task.id, of: run)
        }
    }

    private func work() {
        while true {
            let next: (run: String, task: String)? = state.wait { state in
                if let run = state.run, !state.waiting.isEmpty {
                    return .some((run, state.waiting.removeFirst()))
                }
                return state.isFinished ? .some(nil) : nil
            }
            guard let next else { return }
            print(next.task, of: next.run)
        }
    }

    /// Prints the lines of a task's log that have not been printed.
    func print(_ task: String, of run: String) {
        let log = Log(run: run, task: task)
        var cursor = cursors.withLock { $0[log] ?? 0 }
        while let page = try? workspace.flows.log(of: task, in: run, after: cursor),
            page.cursor > cursor
        {
            if page.dropped > 0 {
                write("[\(page.dropped) bytes were dropped here]", of: task, run)
            }
            for line in page.lines { write(line, of: task, run) }
            cursor = page.cursor
        }
        cursors.withLock { $0[log] = cursor }
    }

    /// Leaves out all but the last lines of a log.
    func skip(_ task: String, of run: String, allBut count: Int) throws {
        var cursor = 0
        var pages: [(cursor: Int, lines: [String])] = []
        while true {
            let page = try workspace.flows.log(of: task, in: run, after: cursor)
            guard page.cursor > cursor else { break }
            cursor = page.cursor
            pages.append((page.cursor, page.lines))
            while pages.dropFirst().reduce(0, { $0 + $1.lines.count }) >= count, pages.count > 1 {
                pages.removeFirst()
            }
        }
        for line in pages.flatMap(\.lines).suffix(count) { write(line, of: task, run) }
        cursors.withLock { $0[Log(run: run, task: task)] = cursor }
    }

    private func write(_ line: String, of task: String, _ run: String) {
        guard isJSON else {
            return Console.print(Console.line(names ? "[\(task)] \(line)" : line))
        }
        Console.printJSON([
            "event": "log", "flow_run": .string(run), "task": .string(task), "line": .string(line),
        ])
    }
}
