import Database
import JSON
import Platform

/// Executes one flow run: decides which tasks can run, gives them to threads, and reads requests.
///
/// One thread calls ``execute()``; the other calls may be made from any thread.
package final class FlowExecution: Sendable {
    struct State {
        var outcomes: [TaskOutcome] = []
        var isWoken = false
        /// Whether something has ended for which a blocked task may wait.
        var hasNews = false
        var stop: FlowStop?
        var progress: [Int: TaskProgress] = [:]
    }

    let setting: FlowSetting
    /// The flow run as it was when the execution began.
    package let run: FlowRunRecord
    let flow: Flow
    let graph: FlowGraph
    private let lock: OwnerLock
    private let began = ContinuousClock.now
    let limits: FlowLimits
    let forced: Set<Int>
    let mask: SecretMask
    let state = Guarded(State(isWoken: true))
    /// The state of the flow run when the execution has ended.
    private let end = Guarded<FlowState?>(nil)
    /// Whether a person paused the flow run.
    let isPaused: Guarded<Bool>
    let workers: TaskWorkers
    /// The places of tasks that must be approved within a time.
    private let timedApprovals: [Int]

    /// Prepares an execution by the process that holds the flow run's lock.
    init(
        _ setting: FlowSetting,
        _ run: FlowRunRecord,
        _ flow: Flow,
        _ graph: FlowGraph,
        forced: Set<Int>,
        lock: OwnerLock
    ) {
        self.setting = setting
        self.run = run
        self.flow = flow
        self.graph = graph
        self.forced = forced
        self.lock = lock
        limits = setting.limits()
        mask = SecretMask(run.parameters)
        isPaused = Guarded(run.isPaused)
        workers = TaskWorkers()
        timedApprovals = graph.instances.indices.filter { place in
            flow.tasks[graph.instances[place].task].approval?.timeout != nil
        }
    }

    /// Asks the execution to end: what runs is interrupted and continues later, in another process.
    package func leave(_ reason: String) { request(.leave(reason)) }

    /// Makes the execution read its requests now.
    package func wake() { state.withLock { $0.isWoken = true } }

    /// Lets tasks be tried again whose key or tag is in use, since something has ended elsewhere.
    package func lookAgain() { state.withLock { $0.hasNews = true } }

    /// What its tasks wait for that could run.
    package var room: TaskRoom { TaskRoom(flow, setting.kinds, limits) }

    /// The progress of the tasks that report it.
    package var progress: [Int: TaskProgress] { state.read { $0.progress } }

    /// Blocks until the execution has ended, and returns the state of the flow run then.
    package func wait() -> FlowState { end.wait { $0 } }

    func request(_ stop: FlowStop) {
        state.withLock { state in
            // Termination replaces a cancellation; nothing else replaces a stop.
            if case .terminate = stop {
                state.stop = stop
            } else {
                state.stop = state.stop ?? stop
            }
            state.isWoken = true
        }
    }

    /// Frees the lock of a flow run that this process does not execute.
    func abandonBeforeStart() {
        workers.close()
        lock.release()
        end.withLock { $0 = .pending }
    }

    /// Executes the flow run until nothing is left that could run without a person.
    package func execute() {
        defer { workers.close() }
        do {
            var board = try board()
            try begin(&board)
            while true {
                try readRequests(&board)
                try expireApprovals(&board)
                try settle(&board)
                try obeyStop(&board)
                try settle(&board)
                dispatch(&board)
                if board.isAtRest { break }
                listen(&board)
            }
            try finish(board)
        } catch {
            abandon(FlowError(flow: error))
        }
    }

    /// The tasks as they are stored.
    private func board() throws -> TaskBoard {
        let records = try setting.store.tasks(of: run.id)
        return TaskBoard(flow, graph, records, outputs: try records.map { try outputs(of: $0) })
    }

    /// The outputs of a task that ended well before this execution.
    private func outputs(of record: TaskRecord) throws -> FlowValue? {
        guard record.state.isSuccessful, let number = record.result else { return nil }
        return try setting.store.result(number).map { setting.files.outputs(of: $0) }
    }

    // MARK: - Begin and end

    private func begin(_ board: inout TaskBoard) throws {
        let time = setting.store.now()
        try persisting {
            try setting.store.update(run.id) { record in
                record.state = .running
                record.reason = nil
                record.startedAt = record.startedAt ?? time
                record.endedAt = nil
                try setting.recorder.changed(record)
            }
        }
        setting.publish(.changed(flowRun: run.id))
    }

    private func finish(_ board: TaskBoard) throws {
        let counts = board.counts
        let end = FlowState(of: counts, isExecuted: false)
        let reason = reason(for: end, board)
        try persisting {
            try setting.store.update(run.id) { record in
                record.state = end
                record.reason = reason
                record.endedAt = end.isTerminal ? setting.store.now() : nil
                try setting.recorder.changed(record)
                try setting.store.addCalls(of: flow.hooks, at: record)
            }
        }
        lock.release()
        self.end.withLock { $0 = end }
        setting.publish(.ended(flowRun: run.id, state: end, reason: reason))
    }

    /// Ends without storing the state; the next reader finds the flow run without a process.
    private func abandon(_ error: FlowError) {
        request(.leave("Its state could not be stored: \(error.message)"))
        workers.close()
        lock.release()
        end.withLock { $0 = .crashed }
        // Who looks at it next records and reports its end.
        setting.publish(.changed(flowRun: run.id))
    }

    private func reason(for end: FlowState, _ board: TaskBoard) -> String? {
        switch end {
        case .failed, .crashed, .cancelled:
            let first = board.records.first {
                $0.state == .failed || $0.state == .crashed || $0.state == .cancelled
            }
            return first.map { task in
                "\(task.task) \(TaskEnding.verb(task.state))\(task.reason.map { ": \($0)" } ?? ".")"
            }
        case .waitingApproval:
            let waiting = board.records.filter { $0.state == .waitingApproval }.map(\.task)
            return "A person must approve \(waiting.joined(separator: ", "))."
        case .paused:
            if case .leave(let reason) = state.read({ $0.stop }) { return reason }
            return nil
        case .pending, .running, .completed: return nil
        }
    }

    /// Repeats a write each second while the disk is full or the file busy, until it is stopped.
    func persisting(_ write: () throws -> Void) throws {
        while true {
            do {
                return try write()
            } catch let error as any AnyCodedError where error.general.code == .full {
                setting.publish(
                    .task(
                        flowRun: run.id,
                        task: "",
                        state: .running,
                        attempt: 0,
                        reason: error.general.message
                    )
                )
                let isStopped = state.wait(seconds: 1) { $0.stop == nil ? nil : true } ?? false
                if isStopped { throw error }
            }
        }
    }

    // MARK: - Steps

    /// Decides on all tasks whose dependencies have ended, and on those that follow from that.
    private func settle(_ board: inout TaskBoard) throws {
        let first = board.decide()
        guard !first.isEmpty else { return }
        let before = board
        var settled: [TaskRecord] = []
        try persisting {
            board = before
            settled = []
            try setting.store.database.write { _, notes in
                notes.note(.flowRun, run.id)
                var changes = first
                while !changes.isEmpty {
                    for (place, transition, reason) in changes {
                        var record = board.records[place]
                        try setting.store.advance(
                            &record,
                            [transition],
                            of: run.id,
                            reason: reason
                        )
                        board.end(record, outputs: nil)
                        settled.append(record)
                    }
                    changes = board.decide()
                }
            }
        }
        for record in settled { announce(record) }
    }

    /// Fails the tasks that nobody has approved in time.
    private func expireApprovals(_ board: inout TaskBoard) throws {
        for place in timedApprovals {
            var record = board.records[place]
            let approval = FlowApproval(setting, run, board.task(at: place))
            guard let deadline = approval.deadline(of: record), setting.store.now() >= deadline
            else { continue }
            try persisting { try approval.expire(&record) }
            board.end(record, outputs: nil)
            announce(record)
        }
    }

    /// The milliseconds until a task that waits for approval fails; nil if none does.
    func approvalWait(_ board: TaskBoard) -> Int? {
        let deadlines = timedApprovals.compactMap { place in
            FlowApproval(setting, run, board.task(at: place)).deadline(of: board.records[place])
        }
        return deadlines.min().map { max(0, $0 - setting.store.now()) }
    }

    /// Milliseconds of a clock that is never set.
    private var steady: Int { Int((ContinuousClock.now - began) / .milliseconds(1)) }

    /// Waits for the end of a task, a request or a time, and records what has ended.
    private func listen(_ board: inout TaskBoard) {
        let waits = [board.nextTime.map { max(0, $0 - steady) }, approvalWait(board)]
        let pause = waits.compactMap { $0 }.min().map { Double($0) / 1000 } ?? 3600
        let hasBlocked = board.hasBlocked
        let (outcomes, hasNews) =
            state.wait(seconds: min(pause, 3600)) { state -> ([TaskOutcome], Bool)? in
                let hasNews = state.hasNews && hasBlocked
                guard !state.outcomes.isEmpty || state.isWoken || hasNews else { return nil }
                defer { (state.outcomes, state.hasNews) = ([], false) }
                return (state.outcomes, hasNews)
            } ?? ([], false)
        let ends = outcomes.contains { if case .ended = $0 { true } else { false } }
        if hasNews || ends { board.hasten(at: steady) }
        for outcome in outcomes {
            switch outcome {
            case .ended(let record, let outputs): board.end(record, outputs: outputs)
            case .waits(let record):
                let wait = record.retryAt.map { steady + max(0, $0 - setting.store.now()) }
                board.hold(record, until: record.state == .retrying ? wait : nil)
            case .blocked(let record, let tag): board.block(record, on: tag, at: steady)
            case .claimed(let place): board.unblock(place)
            case .unrecorded(let record, let error):
                board.hold(record, until: nil)
                request(.leave("The state of \(record.task) could not be stored: \(error.message)"))
            }
        }
        board.wake(at: steady)
    }

    func report(_ progress: TaskProgress, at place: Int) {
        state.withLock(waking: .none) { $0.progress[place] = progress }
        setting.publish(
            .progress(flowRun: run.id, task: graph.instances[place].id, progress)
        )
    }

    func announce(_ record: TaskRecord) {
        setting.publish(
            .task(
                flowRun: run.id,
                task: record.task,
                state: record.state,
                attempt: record.attempt,
                reason: record.reason
            )
        )
    }
}
