import FoundationEssentials
package import JSON
package import Workflows

/// Flow runs, tasks, plans and schedules as JSON, for `--json`.
package enum FlowJSON {
    /// A flow run.
    package static func run(_ run: FlowRunSummary) -> JSONValue {
        var counts = JSONObject()
        for state in TaskState.allCases {
            guard let count = run.counts[state], count > 0 else { continue }
            _ = counts.insert(.integer(count), named: JSONName(state.rawValue))
        }
        return [
            "id": .string(run.id), "flow": .string(run.flow), "path": .string(run.path),
            "state": .string(run.state.rawValue), "reason": run.reason.map(JSONValue.string),
            "parameters": .object(run.parameters), "origin": origin(run.origin),
            "tasks": .object(counts), "created_at": time(run.createdAt),
            "started_at": run.startedAt.map(time), "ended_at": run.endedAt.map(time),
            "awaits_approval": .array(run.awaitsApproval.map(JSONValue.string)),
            "process": run.ownerProcess.map { .integer(Int($0)) },
            "run_id": run.run.map(JSONValue.string),
        ]
    }

    private static func origin(_ origin: FlowRunOrigin) -> JSONValue {
        switch origin {
        case .person: ["kind": "person"]
        case .schedule(let name, let instant):
            ["kind": "schedule", "schedule": .string(name), "instant": .integer(instant)]
        case .forked(let run): ["kind": "fork", "flow_run": .string(run)]
        case .task(let run, let task):
            ["kind": "task", "flow_run": .string(run), "task": .string(task)]
        }
    }

    /// A flow run with its tasks.
    package static func detail(_ detail: FlowRunDetail) -> JSONValue {
        [
            "flow_run": run(detail.summary),
            "tasks": .array(detail.tasks.map(task)),
        ]
    }

    /// A task of a flow run.
    package static func task(_ task: TaskSummary) -> JSONValue {
        [
            "task": .string(task.id), "name": .string(task.name), "uses": .string(task.kind),
            "state": .string(task.state.rawValue), "attempt": .integer(task.attempt),
            "after": .array(task.dependencies.map(JSONValue.string)),
            "started_at": task.startedAt.map(time), "ended_at": task.endedAt.map(time),
            "reason": task.reason.map(JSONValue.string), "run_id": task.run.map(JSONValue.string),
        ]
    }

    /// Everything about one task.
    package static func task(_ detail: TaskDetail) -> JSONValue {
        [
            "task": task(detail.summary), "inputs": .object(detail.inputs),
            "outputs": .object(detail.outputs),
            "files": .array(detail.files.map(JSONValue.string)),
            "reasons": .array(detail.reasons.map(JSONValue.string)),
            "history": .array(
                detail.history.map { change in
                    [
                        "attempt": .integer(change.attempt),
                        "from": change.from.map { .string($0.rawValue) },
                        "to": .string(change.to.rawValue),
                        "reason": change.reason.map(JSONValue.string),
                        "owner": .string(change.owner), "at": time(change.at),
                    ]
                }
            ),
        ]
    }

    /// A plan.
    package static func plan(_ plan: FlowPlan) -> JSONValue {
        [
            "flow": .string(plan.flow), "is_fork": .boolean(plan.isFork),
            "parameters": .object(plan.values),
            "changes": .array(
                plan.changes.map { change in
                    [
                        "parameter": .string(change.parameter), "before": change.before,
                        "after": change.after,
                    ]
                }
            ),
            "steps": .array(
                plan.steps.map { step in
                    [
                        "task": .string(step.task), "uses": .string(step.kind),
                        "action": .string(step.action.rawValue),
                        "reasons": .array(step.reasons.map(JSONValue.string)),
                        "forecast": step.cost.map(cost),
                    ]
                }
            ),
        ]
    }

    private static func cost(_ cost: TaskCost) -> JSONValue {
        [
            "seconds": cost.seconds.map(JSONValue.number), "is_scaled": .boolean(cost.isScaled),
            "memory_bytes": .integer(Int(cost.memoryBytes)),
        ]
    }

    /// A schedule.
    package static func schedule(_ schedule: ScheduleSummary) -> JSONValue {
        [
            "flow": .string(schedule.flow), "path": .string(schedule.path),
            "schedule": .string(schedule.schedule.name), "is_on": .boolean(schedule.isOn),
            "trigger": .string(FlowText.trigger(schedule.schedule)),
            "overlap": .string(schedule.schedule.overlap.rawValue),
            "reason": schedule.reason.map(JSONValue.string),
            "last_fired_at": schedule.lastFiredAt.map(time),
            "next_at": schedule.nextAt.map(time),
        ]
    }

    /// The file of a flow.
    package static func file(_ file: FlowFileSummary) -> JSONValue {
        [
            "flow": .string(file.name), "path": .string(file.path),
            "faults": .array(file.faults.map(JSONValue.string)),
            "is_sample": .boolean(file.isSample),
        ]
    }

    /// A time in ISO 8601.
    static func time(_ date: Date) -> JSONValue { .string(date.formatted(.iso8601)) }
}
