/// Finds out what tasks wait for that could run: room on the machine, a tag, or one of the flow's
/// `max_parallel` places.
///
/// This is found out when it is read, since a row for each of thousands of tasks would cost more than
/// the tasks. A task whose key or tag another flow run uses has a stored reason.
package struct TaskRoom: Sendable {
    private let flow: Flow
    private let kinds: TaskKinds
    private let limits: FlowLimits

    /// Creates it for the tasks of a flow.
    package init(_ flow: Flow, _ kinds: TaskKinds, _ limits: FlowLimits) {
        self.flow = flow
        self.kinds = kinds
        self.limits = limits
    }

    /// Whether a task of a flow run that is executed may wait for room.
    package static func hasWaiting(_ records: [TaskRecord]) -> Bool {
        records.contains { $0.state == .running } && records.contains { isReady($0, records) }
    }

    private static func isReady(_ record: TaskRecord, _ records: [TaskRecord]) -> Bool {
        record.state == .pending
            && record.dependencies.allSatisfy {
                records.indices ~= $0 && records[$0].state.isTerminal
            }
    }

    /// The tasks that wait, by their places, each with what it waits for, in a sentence.
    package func reasons(_ records: [TaskRecord]) -> [Int: String] {
        let tasks = Dictionary(flow.tasks.map { ($0.name, $0) }) { first, _ in first }
        func named(_ state: TaskState) -> [Named] {
            records.filter { $0.state == state }.compactMap { record in
                tasks[record.name].map { Named(id: record.task, task: $0) }
            }
        }
        let (running, asking) = (named(.running), named(.scheduled))
        guard !running.isEmpty else { return [:] }
        var use = TaskUse(kinds, limits)
        for task in running { use.add(task.task) }
        return records.reduce(into: [:]) { reasons, record in
            guard Self.isReady(record, records), let task = tasks[record.name],
                let room = reason(task, use, running, asking)
            else { return }
            reasons[record.position] = "It waits for \(room)."
        }
    }

    /// A task with the id of its instance.
    private struct Named {
        var id: String
        var task: FlowTask
    }

    private func reason(
        _ task: FlowTask,
        _ use: TaskUse,
        _ running: [Named],
        _ asking: [Named]
    ) -> String? {
        func users(_ uses: (FlowTask) -> Bool = { _ in true }) -> String {
            "used by \(Self.list(running.filter { uses($0.task) }.map(\.id)))"
        }
        if let most = flow.maxParallel, running.count >= most {
            return "max_parallel: \(running.count) of \(most) \(users())"
        }
        if let tag = use.fullTag(of: task), let limit = limits.tags[tag] {
            let count = use.tags[tag, default: 0]
            return "the tag \(tag): \(count) of \(limit) \(users { $0.tags.contains(tag) })"
        }
        for tag in task.tags {
            let first = asking.first { $0.task.tags.contains(tag) }
            if let first { return "the tag \(tag), after \(first.id)" }
        }
        guard !use.fits(task) else { return nil }
        let cores = use.cores(of: task)
        if use.cores + cores > limits.cores {
            return "cores: it needs \(cores), and \(use.cores) of \(limits.cores) are "
                + users { use.cores(of: $0) > 0 }
        }
        if let gpus = task.resources.gpus, use.gpus + gpus > limits.gpus {
            return "accelerators: it needs \(gpus), and \(use.gpus) of \(limits.gpus) are "
                + users { ($0.resources.gpus ?? 0) > 0 }
        }
        let needed = (task.resources.memory ?? 0) >> 20
        return "memory: it needs \(needed) MiB, and \(use.memory >> 20) of "
            + "\((limits.memory ?? 0) >> 20) MiB are \(users { ($0.resources.memory ?? 0) > 0 })"
    }

    /// `a`, `a and b`, `a, b and 5 more`.
    private static func list(_ names: [String]) -> String {
        guard names.count > 1, let last = names.last else { return names.first ?? "others" }
        guard names.count > 3 else {
            return names.dropLast().joined(separator: ", ") + " and \(last)"
        }
        return names.prefix(2).joined(separator: ", ") + " and \(names.count - 2) more"
    }
}
