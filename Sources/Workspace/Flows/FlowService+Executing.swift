import EventBus
import Glibc
import JSON
import Logging
import Platform
import Runs
import Tracking
public import Workflows

extension FlowService {
    /// What starting a flow would do.
    public func plan(_ flow: Flow, _ order: FlowOrder = FlowOrder()) throws -> FlowPlan {
        try WorkspaceError.translating { try FlowPlanner(setting).plan(flow, order) }
    }

    /// Starts a flow on threads of this process; returns once its row is in the store.
    public func start(_ flow: Flow, _ order: FlowOrder = FlowOrder()) throws -> FlowRunSummary {
        try start(flow, order, origin: .person, id: opened.store.newRunID())
    }

    /// Starts a flow with an id, for what started it.
    ///
    /// - Throws: ``WorkspaceError`` with the code `conflict` if there is a flow run with the id.
    func start(
        _ flow: Flow,
        _ order: FlowOrder,
        origin: FlowRunOrigin,
        id: String
    ) throws -> FlowRunSummary {
        try executing { try executor.create(flow, order, origin: origin, id: id) }
    }

    /// What retrying a flow run would do: with other parameters, or another file, it is a fork.
    public func retryPlan(_ id: String, _ order: FlowOrder = FlowOrder()) throws -> FlowPlan {
        try WorkspaceError.translating {
            let record = try store.run(id)
            let flow = try current(record) ?? reader.stored(record.source, path: record.path)
            return try FlowPlanner(setting).plan(retrying: record, flow, order)
        }
    }

    /// Retries a flow run, or forks it if parameters or the file differ.
    ///
    /// - Returns: The flow run that executes: the same one, or the fork.
    public func retry(_ id: String, _ order: FlowOrder = FlowOrder()) throws -> FlowRunSummary {
        try retry(id, order) { opened.store.newRunID() }
    }

    /// Retries a flow run; `forkID` is called before a fork exists.
    func retry(
        _ id: String,
        _ order: FlowOrder,
        forkID: () throws -> String
    ) throws -> FlowRunSummary {
        try executing {
            let record = try store.run(id)
            return try executor.retry(
                id,
                order,
                current: try current(record),
                forkID: try forkID()
            )
        }
    }

    /// The flow of a flow run's file as it is now; nil if the file is gone.
    private func current(_ record: FlowRunRecord) throws -> Flow? {
        guard FilePaths.exists(record.path) else { return nil }
        return try reader.read(record.path)
    }

    /// Lets a paused flow run continue, here if no process executes it.
    public func resume(_ id: String) throws {
        guard executor.owner(of: id) == nil else { return try ask(.resume, of: id) }
        _ = try executing { try executor.resume(id) }
    }

    /// Starts a flow in a process and a session of its own.
    ///
    /// - Returns: The flow run and the number of the process.
    public func startDetached(
        _ flow: Flow,
        _ order: FlowOrder = FlowOrder()
    ) throws -> (
        run: FlowRunSummary, process: Int32
    ) {
        try opened.checkWritable()
        let id = opened.store.newRunID()
        return try WorkspaceError.translating {
            try executor.enqueue(flow, order, origin: .person, id: id)
            return (try summary(of: id), try detach(id))
        }
    }

    /// Starts a process in a session of its own that executes a flow run of the store.
    ///
    /// A flow run of this process is interrupted; what runs continues there: a training from its
    /// checkpoint, a program from its beginning.
    public func detach(_ id: String) throws -> Int32 {
        try opened.checkWritable()
        return try WorkspaceError.translating {
            if let execution = state.withLock({ $0.executions[id] }) {
                execution.leave("It continues in another process.")
                _ = execution.wait()
            }
            guard let program = ProcessEnvironment.executable else {
                throw WorkspaceError(.failed, "The program's own file cannot be found.")
            }
            return try ChildProcess(
                program,
                ["flow", "resume", id, "--workspace", opened.layout.folder],
                output: "\(opened.layout.logs)/flow-\(id).log",
                appends: true,
                apart: .session
            ).process
        }
    }

    /// Waits until a flow run of this process has ended or waits for an approval.
    public func wait(for id: String) throws -> FlowRunSummary {
        if let execution = state.withLock({ $0.executions[id] }) { _ = execution.wait() }
        return try WorkspaceError.translating { try summary(of: id) }
    }

    /// Cancels a flow run, in whatever process: its tasks get TERM and their grace.
    public func cancel(_ id: String) throws {
        try ask(.cancel, of: id)
    }

    /// Ends a flow run at once.
    public func terminate(_ id: String) throws {
        try ask(.terminate, of: id)
    }

    /// Pauses a flow run: what runs goes on, nothing else begins.
    public func pause(_ id: String) throws {
        try ask(.pause, of: id)
    }

    /// Approves a task that waits for it, and continues the flow run if no process executes it.
    ///
    /// - Parameter task: Nil for the only one that waits.
    public func approve(_ id: String, task: String? = nil, reason: String = "") throws {
        try answer(.approve, id, task, reason)
    }

    /// Refuses a task that waits for approval.
    public func deny(_ id: String, task: String? = nil, reason: String = "") throws {
        try answer(.deny, id, task, reason)
    }

    /// Deletes a flow run that is not live, with its logs; results that others use are kept.
    public func delete(_ id: String) throws {
        try opened.checkWritable()
        try WorkspaceError.translating {
            guard let lock = try OwnerLock.take(setting.folders.lock(of: id)) else {
                throw FlowError(
                    .conflict,
                    "The flow run is live.",
                    hint: "Cancel it first: `workbench flow cancel \(id.prefix(8))`."
                )
            }
            defer { lock.release() }
            try store.delete(id)
            Files.remove(setting.folders.folder(of: id))
            setting.files.removeAll(except: try store.keptFiles(without: []), now: store.now())
        }
    }

    /// Asks this process's flow runs to end; what runs continues later, by `flow resume`.
    ///
    /// Does not block; ``close()`` waits.
    public func stopHere(_ reason: String = "Its process was asked to end.") {
        for execution in state.withLock({ Array($0.executions.values) }) {
            execution.leave(reason)
        }
    }

    /// Waits until this process executes no flow run.
    public func waitUntilIdle() { state.wait { $0.executions.isEmpty ? () : nil } }

    /// Ends the executions of this process and waits for them.
    package func close() {
        // What registers later sees that it is closed, and does not begin.
        state.withLock { $0.isClosed = true }
        stopHere()
        for thread in state.withLock({ Array($0.threads.values) }) { thread.join() }
    }

    // MARK: - Requests

    private func ask(_ kind: FlowRequest.Kind, of id: String) throws {
        try opened.checkWritable()
        try WorkspaceError.translating {
            let record = try store.run(id)
            guard !record.state.isTerminal else {
                throw FlowError(.conflict, "The flow run is \(record.state.rawValue) already.")
            }
            if kind == .pause, executor.owner(of: id) == nil {
                return try store.update(id) { $0.isPaused = true }
            }
            try store.ask(kind, of: id, author: author)
            wake(id)
        }
        if kind != .pause { try carryOut(id) }
    }

    private func answer(
        _ kind: FlowRequest.Kind,
        _ id: String,
        _ task: String?,
        _ reason: String
    ) throws {
        try opened.checkWritable()
        try WorkspaceError.translating {
            let waiting = try store.tasks(of: id).filter { $0.state == .waitingApproval }
            let matches = waiting.filter { task == nil || $0.task == task || $0.name == task }
            guard let match = matches.first else {
                throw FlowError(
                    .conflict,
                    task.map { "\(VisibleText.name($0)) does not wait for approval." }
                        ?? "Nothing in this flow run waits for approval."
                )
            }
            guard matches.count == 1 else {
                throw FlowError(
                    .ambiguous,
                    "\(matches.count) tasks wait for approval.",
                    hint: "Name one of \(matches.map(\.task).joined(separator: ", "))."
                )
            }
            try store.ask(kind, of: id, task: match.task, reason: reason, author: author)
            wake(id)
        }
        try carryOut(id)
    }

    /// Sees to it that the requests to a flow run are carried out: by the process that executes it, or
    /// by this one if there is none.
    private func carryOut(_ id: String) throws {
        // A process that only looks at the flow run, or is about to end it, holds its lock for a moment.
        for _ in 0..<Self.patience {
            guard state.withLock({ $0.executions[id] }) == nil,
                try WorkspaceError.translating({ try !store.requests(of: id).isEmpty })
            else { return }
            if executor.owner(of: id) == nil {
                do {
                    _ = try executing { try executor.answer(id) }
                    return
                } catch {
                    // Another process was faster.
                    guard error.code == .conflict else { throw error }
                }
            }
            usleep(50_000)
        }
    }

    /// How often a process that executes a flow run is asked whether it has seen a request.
    private static let patience = 60

    /// Continues a flow run in which nobody has approved a task in time.
    func continueOverdue(_ id: String) {
        do {
            _ = try executing { try executor.answer(id) }
        } catch {
            // If another process was faster, there is nothing to report.
            guard error.code != .conflict else { return }
            opened.log.warning("An approval in the flow run \(id) is overdue: \(error)")
        }
    }

    private var author: String { Identity.current().description }

    private func wake(_ id: String) { state.withLock { $0.executions[id] }?.wake() }

    // MARK: - Execution

    private func executing(
        _ prepare: () throws -> FlowExecution
    ) throws(WorkspaceError) -> FlowRunSummary {
        try opened.checkWritable()
        return try WorkspaceError.translating {
            let execution = try prepare()
            let id = execution.run.id
            let isOpen = state.withLock { state in
                if !state.isClosed { state.executions[id] = execution }
                return !state.isClosed
            }
            guard isOpen else {
                execution.leave("Its process was asked to end.")
                execution.execute()
                throw CancellationError()
            }
            let isRegistered = Guarded(false)
            let thread: ServiceThread
            do {
                thread = try ServiceThread(name: "wb-flow") { [weak self] in
                    isRegistered.wait { $0 ? () : nil }
                    execution.execute()
                    self?.state.withLock { state in
                        // Another one may have followed since the lock was released.
                        guard state.executions[id] === execution else { return }
                        state.executions[id] = nil
                        state.threads[id] = nil
                    }
                    self?.ended(id)
                }
            } catch {
                state.withLock { $0.executions[id] = nil }
                execution.leave(WorkspaceError(error).message)
                execution.execute()
                throw error
            }
            state.withLock { $0.threads[id] = thread }
            isRegistered.withLock { $0 = true }
            return try summary(of: id)
        }
    }

    /// Follows up on the end of a flow run of this process.
    private func ended(_ id: String) {
        events.publish(.changed(flowRun: id))
        do {
            // A request that came after the last look at them, while this process still had the lock,
            // would wait for a person to ask again.
            let run = try summary(of: id)
            guard run.state == .waitingApproval || run.state == .paused,
                try !store.requests(of: id).isEmpty, !state.withLock({ $0.isClosed })
            else { return }
            try carryOut(id)
        } catch {
            opened.log.warning("Requests to the flow run \(id) are not carried out: \(error)")
        }
    }
}
