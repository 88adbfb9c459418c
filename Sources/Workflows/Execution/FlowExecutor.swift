import Database
import JSON
import Platform

/// Creates, retries and continues flow runs, and finds those whose process has ended.
package struct FlowExecutor: Sendable {
    package let setting: FlowSetting
    /// Reads the flow of a stored flow run.
    private let load: @Sendable (FlowRunRecord) throws -> Flow

    /// Creates an executor.
    ///
    /// - Parameter load: Reads the flow of a stored flow run from the text that it keeps.
    package init(
        _ setting: FlowSetting,
        load: @escaping @Sendable (FlowRunRecord) throws -> Flow
    ) {
        self.setting = setting
        self.load = load
    }

    private var store: FlowStore { setting.store }

    // MARK: - Starting

    /// Adds a flow run to the store, whose lock this process holds.
    ///
    /// - Parameter id: 32 hexadecimal digits that no flow run has.
    /// - Throws: ``FlowError`` with the code `conflict` if a flow run with the id exists.
    package func create(
        _ flow: Flow,
        _ order: FlowOrder,
        origin: FlowRunOrigin,
        id: String
    ) throws -> FlowExecution {
        try add(
            flow,
            values: flow.parameterObject(order.parameters),
            order: order,
            origin: origin,
            lineage: id,
            id: id
        )
    }

    /// Adds a flow run to the store for another process to execute: see ``resume(_:)``.
    package func enqueue(
        _ flow: Flow,
        _ order: FlowOrder,
        origin: FlowRunOrigin,
        id: String
    ) throws {
        try add(
            flow,
            values: flow.parameterObject(order.parameters),
            order: order,
            origin: origin,
            lineage: id,
            id: id,
            state: .pending
        ).abandonBeforeStart()
    }

    private func add(
        _ flow: Flow,
        values: JSONObject,
        order: FlowOrder,
        origin: FlowRunOrigin,
        lineage: String,
        id: @autoclosure () throws -> String,
        state: FlowState = .running
    ) throws -> FlowExecution {
        let graph = try FlowGraph(flow, parameters: values)
        try graph.checkInputs(of: flow, parameters: values, kinds: setting.kinds)
        let forced = try order.forced(in: flow, graph)
        let id = try id()
        guard let lock = try OwnerLock.take(setting.folders.lock(of: id)) else {
            throw FlowError(.conflict, "Flow run \(id) exists already.")
        }
        var record = FlowRunRecord(
            id: id,
            lineage: lineage,
            flow: flow,
            parameters: values,
            origin: origin,
            createdAt: store.now()
        )
        record.state = state
        record.order = order
        record.floor = order.isPlain ? 0 : try store.newestResult()
        let approved = try approvals(of: origin)
        let tasks = graph.instances.enumerated().map { place, instance in
            var task = TaskRecord(
                position: place,
                task: instance.id,
                name: instance.name,
                kind: flow.tasks[instance.task].kind,
                dependencies: graph.dependencies(of: place)
            )
            task.approvedKey = approved[instance.id]
            return task
        }
        do {
            let run = try store.create(record, tasks) { try setting.recorder.created(record) }
            setting.publish(.changed(flowRun: id))
            return FlowExecution(setting, run, flow, graph, forced: forced, lock: lock)
        } catch {
            lock.release()
            throw error
        }
    }

    /// The keys that were approved in the flow run that a fork repeats, by task.
    private func approvals(of origin: FlowRunOrigin) throws -> [String: String] {
        guard case .forked(let id) = origin else { return [:] }
        return try store.tasks(of: id).reduce(into: [:]) { $0[$1.task] = $1.approvedKey }
    }

    // MARK: - Retrying and continuing

    /// Retries a flow run; with other parameters or another file, starts a fork of it.
    ///
    /// - Parameters:
    ///   - current: The flow of its file as it is now; nil if the file is gone.
    ///   - forkID: The id of the fork, asked for only if it is one, and before it exists.
    /// - Throws: ``FlowError`` with the code `conflict` if a process executes it.
    package func retry(
        _ id: String,
        _ order: FlowOrder,
        current: Flow? = nil,
        forkID: @autoclosure () throws -> String
    ) throws -> FlowExecution {
        let record = try store.run(id)
        if let owner = owner(of: id) { throw Self.live(owner) }
        let flow = try current ?? load(record)
        let values = try flow.parameterObject(order.parameters, over: record.parameters)
        guard values == record.parameters, flow.source == record.source else {
            return try add(
                flow,
                values: values,
                order: order,
                origin: .forked(from: id),
                lineage: record.lineage,
                id: forkID()
            )
        }
        return try continuing(record, flow) { tasks in
            for task in tasks.indices
            where tasks[task].state.isTerminal || tasks[task].state == .waitingApproval {
                try store.advance(&tasks[task], [.reset], of: id, reason: "It is retried.")
            }
            try store.dismissRequests(of: id)
            if !order.isPlain {
                let floor = try store.newestResult()
                try store.update(id) { record in
                    record.order = order
                    record.floor = floor
                }
            }
            try store.update(id) { $0.isPaused = false }
            try proceed(&tasks, of: id)
        }
    }

    /// Continues a paused flow run, or one whose process was asked to end.
    package func resume(_ id: String) throws -> FlowExecution {
        let record = try store.run(id)
        guard !record.state.isTerminal else {
            throw FlowError(
                .conflict,
                "The flow run is \(record.state.rawValue).",
                hint: "`workbench flow retry \(id.prefix(8))` retries it."
            )
        }
        return try continuing(record, try load(record)) { tasks in
            try store.update(id) { $0.isPaused = false }
            try store.dismissRequests(of: id)
            for task in tasks.indices where tasks[task].state == .crashed {
                try store.advance(&tasks[task], [.reset], of: id, reason: "It is resumed.")
            }
            try proceed(&tasks, of: id)
        }
    }

    /// Continues a flow run that waits for approval, after a person has answered.
    package func answer(_ id: String) throws -> FlowExecution {
        let record = try store.run(id)
        return try continuing(record, try load(record)) { _ in }
    }

    private static func live(_ owner: Int32) -> FlowError {
        FlowError(
            .conflict,
            "The flow run is executed by process \(owner).",
            hint: "Wait for its end, or cancel it first."
        )
    }

    private func proceed(_ tasks: inout [TaskRecord], of id: String) throws {
        for task in tasks.indices where tasks[task].state == .paused {
            try store.advance(&tasks[task], [.proceed], of: id)
        }
    }

    private func continuing(
        _ record: FlowRunRecord,
        _ flow: Flow,
        _ change: (inout [TaskRecord]) throws -> Void
    ) throws -> FlowExecution {
        guard let lock = try OwnerLock.take(setting.folders.lock(of: record.id)) else {
            throw Self.live(owner(of: record.id) ?? 0)
        }
        do {
            let graph = try FlowGraph(flow, parameters: record.parameters)
            let run = try store.database.write(.full) { _, changes in
                changes.note(.flowRun, record.id)
                try markCrashed(record.id)
                var tasks = try store.tasks(of: record.id)
                guard tasks.map(\.task) == graph.instances.map(\.id) else {
                    throw FlowError(
                        .conflict,
                        "The tasks of the flow run are not those of its file.",
                        hint: "Start the flow again; earlier results are used."
                    )
                }
                try change(&tasks)
                return try store.run(record.id)
            }
            let forced = try run.order.forced(in: flow, graph)
            return FlowExecution(setting, run, flow, graph, forced: forced, lock: lock)
        } catch {
            lock.release()
            throw error
        }
    }

    // MARK: - Flow runs without a process

    /// The process that executes a flow run; nil if none does.
    package func owner(of id: String) -> Int32? {
        OwnerLock.holder(of: setting.folders.lock(of: id))
    }

    /// Records the end of a flow run whose process has ended.
    ///
    /// Takes no lock, and so wakes no other process, unless there is something to record.
    ///
    /// - Returns: Its state if that was changed.
    package func sweep(_ record: FlowRunRecord) throws -> FlowState? {
        guard try isLeftBehind(record), owner(of: record.id) == nil,
            // In a folder that cannot be written, there is nothing to record.
            let lock = (try? OwnerLock.take(setting.folders.lock(of: record.id))) ?? nil
        else { return nil }
        defer { lock.release() }
        // It may have ended since it was read.
        let record = try store.run(record.id)
        guard try isLeftBehind(record) else { return nil }
        let state = try store.database.write(.full) { _, changes in
            changes.note(.flowRun, record.id)
            return try markCrashed(record.id)
        }
        guard state != record.state else { return nil }
        setting.publish(.ended(flowRun: record.id, state: state, reason: Self.crashReason))
        return state
    }

    /// Whether a process should execute a flow run.
    private func isLeftBehind(_ record: FlowRunRecord) throws -> Bool {
        guard !record.state.isTerminal else { return false }
        guard record.state != .running else { return true }
        let counts = try store.counts(of: record.id)[record.id] ?? [:]
        return TaskState.ofProcesses.contains { counts[$0, default: 0] > 0 }
    }

    /// The first millisecond since 1970 at which it is too late for an approval that a flow run without
    /// a process waits for; nil if there is none.
    package func approvalDeadline(of record: FlowRunRecord) throws -> Int? {
        // A file that this version cannot read any more must not make lists fail.
        guard record.state == .waitingApproval, let flow = try? load(record) else { return nil }
        let declared = Dictionary(flow.tasks.map { ($0.name, $0) }) { first, _ in first }
        return try store.tasks(of: record.id).compactMap { task in
            declared[task.name].flatMap { FlowApproval(setting, record, $0).deadline(of: task) }
        }.min()
    }

    /// Records that nobody has approved tasks of a flow run in time, and what follows from that for
    /// others, but runs none: for a process that only looks.
    ///
    /// - Returns: Whether something was recorded.
    @discardableResult
    package func expireApprovals(of record: FlowRunRecord) throws -> Bool {
        guard let deadline = try approvalDeadline(of: record), store.now() >= deadline,
            owner(of: record.id) == nil
        else { return false }
        let execution: FlowExecution
        do {
            execution = try answer(record.id)
        } catch let error as FlowError where error.code == .conflict {
            // Another process was faster.
            return false
        }
        execution.leave("Nobody approved it in time.")
        execution.execute()
        return true
    }

    /// Why a flow run or a task whose process is gone has crashed.
    package static let crashReason = "Its process ended without recording how."

    /// Records what a process has left behind, within a transaction.
    @discardableResult
    private func markCrashed(_ id: String) throws -> FlowState {
        let record = try store.run(id)
        guard !record.state.isTerminal else { return record.state }
        var tasks = try store.tasks(of: id)
        for place in tasks.indices
        where TaskState.ofProcesses.contains(tasks[place].state) {
            try store.advance(&tasks[place], [.crash], of: id, reason: Self.crashReason)
        }
        let counts = tasks.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
        var state = FlowState(of: counts, isExecuted: false)
        // Nothing ran, but the process should have gone on.
        if record.state == .running, state == .pending { state = .crashed }
        guard state != record.state else { return state }
        try store.update(id) { record in
            record.state = state
            if state == .crashed { record.reason = Self.crashReason }
            record.endedAt = state.isTerminal ? store.now() : nil
            try setting.recorder.changed(record)
            // A file that this version cannot read any more has no hooks to call.
            try store.addCalls(of: (try? load(record))?.hooks ?? [], at: record)
        }
        return state
    }
}

extension FlowOrder {
    /// Whether it says nothing but parameters.
    var isPlain: Bool { !ignoresCache && forced.isEmpty && from == nil && !startsOver }

    /// The places of tasks that use no result from before the order.
    func forced(in flow: Flow, _ graph: FlowGraph) throws(FlowError) -> Set<Int> {
        if startsOver { return Set(graph.instances.indices) }
        var places: Set<Int> = []
        for name in forced { places.formUnion(try Self.places(of: name, flow, graph)) }
        if let from {
            for place in try Self.places(of: from, flow, graph) {
                places.formUnion(graph.downstream(of: place))
            }
        }
        return places
    }

    /// The places of a task: all of its matrix, or the one with that id.
    private static func places(
        of name: String,
        _ flow: Flow,
        _ graph: FlowGraph
    ) throws(FlowError) -> [Int] {
        if let place = graph.place(of: name) { return [place] }
        let places = graph.instances.indices.filter { graph.instances[$0].name == name }
        guard !places.isEmpty else {
            throw FlowError.missingTask(name, of: flow.name, flow.tasks.map(\.name))
        }
        return places
    }
}
