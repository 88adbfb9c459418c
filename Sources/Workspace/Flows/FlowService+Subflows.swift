import Tracking
import Runs
import EventBus
import FlowTasks
import JSON
import Platform
import Workflows

extension FlowService {
    /// Runs the flow of a task to its end, or continues the one that an earlier attempt started.
    ///
    /// - Throws: `FlowError`: `failed` if the flow failed, `refused` if it waits for approval;
    ///   `CancellationError` once the task was cancelled.
    func run(_ order: SubflowOrder) throws -> SubflowEnd {
        var id = try begin(order, order.reservation)
        for _ in 0..<Self.patience {
            try follow(id, order)
            let record = try store.run(id)
            if order.isCancelled(), record.state != .completed {
                try stop(id, order)
                throw CancellationError()
            }
            // The process that executed it may have been asked to end, or only have looked at it.
            guard record.state == .paused || record.state == .pending, !record.isPaused else {
                break
            }
            id = try begin(order, id)
        }
        return try end(of: id)
    }

    /// How often a flow run is continued whose process leaves it.
    private static let patience = 10

    /// Reports the progress of a flow run as long as a process executes it.
    private func follow(_ id: String, _ order: SubflowOrder) throws {
        let events = Guarded(0)
        let subscription = self.events.subscribe { event in
            if event.flowRun == id { events.withLock { $0 += 1 } }
        }
        defer { subscription.cancel() }
        while isExecuted(id), !order.isCancelled() {
            let counts = try store.counts(of: id)[id] ?? [:]
            let all = counts.values.reduce(0, +)
            let ended = counts.reduce(0) { $0 + ($1.key.isTerminal ? $1.value : 0) }
            order.progress(all == 0 ? nil : Double(ended) / Double(all), "\(ended) of \(all) tasks")
            _ = events.wait(seconds: 0.5) { count -> Void? in
                defer { count = 0 }
                return count > 0 ? () : nil
            }
        }
        _ = try executor.sweep(try store.run(id))
    }

    /// Whether this process or another one executes a flow run.
    private func isExecuted(_ id: String) -> Bool {
        state.withLock { $0.executions[id] != nil } || executor.owner(of: id) != nil
    }

    /// Ends a flow run for the task that it belongs to: as its flow was cancelled or terminated, or so
    /// that a retry of the task continues it.
    private func stop(_ id: String, _ order: SubflowOrder) throws {
        let task = try store.tasks(of: order.origin.flowRun)
            .first { $0.task == order.origin.task }
        func wanted() throws -> FlowRequest.Kind? {
            try store.stop(of: order.origin.flowRun, since: task?.startedAt ?? 0)
        }
        guard try wanted() != nil else {
            // What another process executes goes on there.
            if let execution = state.withLock({ $0.executions[id] }) {
                execution.leave("The task that it belongs to was interrupted.")
                _ = execution.wait()
            }
            return
        }
        var asked: FlowRequest.Kind?
        let pause = Guarded(())
        repeat {
            if try store.run(id).state.isTerminal { return }
            if let kind = try wanted(), kind != asked {
                asked = kind
                do {
                    try kind == .terminate ? terminate(id) : cancel(id)
                } catch {
                    order.log("[flow run \(id.prefix(8)) is not ended: \(error)]")
                    return
                }
            }
            _ = pause.wait(seconds: 0.1) { _ in Void?.none }
        } while isExecuted(id)
    }

    /// The flow run of a task: the one that an earlier attempt has reserved, or a new one.
    ///
    /// Its id is stored before it exists, so that a process that ends in between leaves no flow run that
    /// a later attempt does not find.
    private func begin(_ order: SubflowOrder, _ reserved: String?) throws -> String {
        if let reserved, let record = try existing(reserved) {
            return try continued(record, order)
        }
        let flow = try flow(order.flow)
        try checkAncestors(flow, order)
        let id = reserved ?? opened.store.newRunID()
        if reserved == nil { try order.reserve(id) }
        return try start(
            flow,
            FlowOrder(parameters: order.parameters),
            origin: .task(flowRun: order.origin.flowRun, task: order.origin.task),
            id: id
        ).id
    }

    private func existing(_ id: String) throws -> FlowRunRecord? {
        do {
            return try store.run(id)
        } catch let error as FlowError where error.code == .notFound {
            return nil
        }
    }

    /// Continues a flow run here, unless it is completed or another process executes it.
    private func continued(_ record: FlowRunRecord, _ order: SubflowOrder) throws -> String {
        if record.state == .completed || isExecuted(record.id) { return record.id }
        order.log("continues flow run \(record.id.prefix(8))")
        do {
            return try retry(record.id, FlowOrder()) {
                let fork = opened.store.newRunID()
                try order.reserve(fork)
                return fork
            }.id
        } catch let error as WorkspaceError where error.code == .conflict {
            // Another process was faster.
            guard isExecuted(record.id) else { throw error }
            return record.id
        }
    }

    /// Refuses a flow that runs itself, directly or through others: it would do so without end.
    private func checkAncestors(_ flow: Flow, _ order: SubflowOrder) throws {
        let file = FileIdentity(flow.path)
        var next: String? = order.origin.flowRun
        while let id = next {
            let record = try store.run(id)
            // Paths to one file may differ.
            if record.path == flow.path || (file != nil && file == FileIdentity(record.path)) {
                throw FlowError(
                    .invalid,
                    "\(flow.name) would run itself: flow run \(id.prefix(8)), which this task belongs "
                        + "to, is of the same file."
                )
            }
            switch record.origin {
            case .task(let parent, _), .forked(let parent): next = parent
            case .person, .schedule: next = nil
            }
        }
    }

    private func end(of id: String) throws -> SubflowEnd {
        let record = try store.run(id)
        guard record.state == .completed else {
            let isRefused = try store.tasks(of: id).contains(where: \.isRefused)
            throw FlowError(
                isRefused || record.state == .waitingApproval ? .refused : .failed,
                "Flow run \(id.prefix(8)) of \(record.flow) is \(record.state.rawValue)"
                    + (record.reason.map { ": \($0)" } ?? ".")
            )
        }
        var outputs: [(name: String, value: FlowValue)] = []
        for task in try store.tasks(of: id) {
            guard let result = try task.result.flatMap({ try store.result($0) }) else { continue }
            outputs.append((task.task, result.outputs))
        }
        return SubflowEnd(flowRun: id, outputs: FlowValue(outputs))
    }
}
