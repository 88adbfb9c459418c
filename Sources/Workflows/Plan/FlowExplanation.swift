import JSON
import Platform

/// Explains why a task of a flow run ran, will run, or did not.
package struct FlowExplanation: Sendable {
    private let setting: FlowSetting

    /// Creates an explanation.
    package init(_ setting: FlowSetting) { self.setting = setting }

    /// What the tasks of a flow run have in common, read once for all of them.
    private struct Whole {
        let run: FlowRunRecord
        let flow: Flow
        /// All tasks; empty if none is asked for that waits for others.
        let tasks: [TaskRecord]
        /// The tasks that use no result from before the order.
        let forced: Set<Int>
    }

    /// The reasons, in sentences.
    package func sentences(
        for task: TaskRecord,
        in run: FlowRunRecord,
        _ flow: Flow
    ) throws
        -> [String]
    {
        try sentences(for: [task], in: run, flow)[0]
    }

    /// The reasons for each of several tasks, in sentences.
    package func sentences(
        for tasks: [TaskRecord],
        in run: FlowRunRecord,
        _ flow: Flow
    ) throws
        -> [[String]]
    {
        let isWaiting = tasks.contains { $0.state == .pending }
        let whole = Whole(
            run: run,
            flow: flow,
            tasks: isWaiting ? try setting.store.tasks(of: run.id) : [],
            forced: run.order.isPlain
                ? [] : try run.order.forced(in: flow, FlowGraph(flow, parameters: run.parameters))
        )
        return try tasks.map { try sentences(for: $0, whole) }
    }

    private func sentences(for task: TaskRecord, _ whole: Whole) throws -> [String] {
        switch task.state {
        case .cached: return try cached(task, in: whole.run)
        case .skipped, .upstreamFailed, .paused, .scheduled:
            return [task.reason ?? "It is \(task.state.rawValue)."]
        case .waitingApproval:
            return ["It waits for a person's approval."] + (try ran(task, whole))
        case .pending:
            let tasks = whole.tasks
            // A flow run that is deleted meanwhile has no tasks any more.
            let waiting = task.dependencies.filter {
                $0 < tasks.count && !tasks[$0].state.isTerminal
            }
            guard !waiting.isEmpty else { return ["It has not begun."] }
            return waiting.prefix(10).map { place in
                "It waits for \(tasks[place].task), which is \(tasks[place].state.rawValue)."
            }
        case .failed where task.startedAt == nil, .cancelled where task.startedAt == nil:
            // Its inputs may be those of an earlier attempt.
            return [TaskEnding(of: task)?.sentence ?? task.reason ?? "It was cancelled."]
        case .running, .retrying, .completed, .failed, .crashed, .cancelled:
            let ending = TaskEnding(of: task).map { [$0.sentence] } ?? []
            return try ran(task, whole) + ending
        }
    }

    private func cached(_ task: TaskRecord, in run: FlowRunRecord) throws -> [String] {
        guard let number = task.result, let result = try setting.store.result(number) else {
            return ["The result of an earlier run was used."]
        }
        let place =
            result.flowRun == run.id
            ? "an earlier attempt of this flow run"
            : "flow run "
                + result.flowRun.prefix(8)
        return [
            "The result of \(place) (\(result.task)) was used: kind and inputs are the same."
        ]
    }

    private func ran(_ task: TaskRecord, _ whole: Whole) throws -> [String] {
        let run = whole.run
        guard let contents = task.contents, let key = task.key,
            let declared = whole.flow.tasks.first(where: { $0.name == task.name })
        else { return [] }
        let history = try setting.store.history(of: task.position, in: run.id)
        let ending = TaskEnding(before: history)
        let start = task.startedAt ?? setting.store.now()
        let earlier = try setting.store.results(for: key, lineage: run.lineage)
            .first { $0.id < task.result ?? .max && $0.madeAt <= start }
        return TaskReasons(
            task: declared,
            run: run,
            before: try setting.store.latest(task: task.task, of: run.path, before: run),
            ending: ending,
            unusable: earlier,
            isAskedFor: whole.forced.contains(task.position) && ending == nil
        ).sentences(
            for: contents,
            setting.kinds[task.kind]?.reuse(of: task.inputs ?? JSONObject()) ?? .anywhere,
            now: start
        )
    }
}
