package import FoundationEssentials
package import JSON
package import Workflows

/// Flow runs, plans and schedules in words.
package enum FlowText {
    /// A task's state: `waiting for approval`.
    package static func state(_ state: TaskState) -> String {
        switch state {
        case .waitingApproval: "waiting for approval"
        case .upstreamFailed: "upstream failed"
        default: state.rawValue
        }
    }

    /// A flow run's state.
    package static func state(_ state: FlowState) -> String {
        state == .waitingApproval ? "waiting for approval" : state.rawValue
    }

    /// A value in one line: texts as they are, others as JSON.
    package static func value(_ value: JSONValue) -> String {
        switch value {
        case .null: "none"
        case .string(let text): text
        default: String(decoding: value.bytes, as: UTF8.self)
        }
    }

    /// How many tasks of a flow run need nothing more, of all: `5/9`.
    package static func progress(_ run: FlowRunSummary, width: Int = .max) -> String {
        Figures.steps(run.resultCount, of: run.taskCount, width: width)
    }

    /// How long a flow run took, or has been taking; nil before its first task.
    package static func seconds(_ run: FlowRunSummary, at now: Date) -> Double? {
        run.startedAt.map { max(0, (run.endedAt ?? now).timeIntervalSince($0)) }
    }

    /// How long a task took, or has been taking; nil before it began.
    package static func seconds(_ task: TaskSummary, at now: Date) -> Double? {
        guard let start = task.startedAt, task.state != .cached else { return nil }
        return max(0, (task.endedAt ?? now).timeIntervalSince(start))
    }

    /// The states of several tasks, the most pressing first: `2 completed, 1 running`.
    package static func counts(_ counts: [TaskState: Int]) -> String {
        TaskState.byUrgency.compactMap { state in
            counts[state].flatMap { $0 > 0 ? "\($0) \(Self.state(state))" : nil }
        }.joined(separator: ", ")
    }

    /// What makes a schedule fire: `0 2 * * 0 in Asia/Seoul`, `every 1h00m`, `when faq changes`.
    package static func trigger(_ schedule: FlowSchedule) -> String {
        switch schedule.trigger {
        case .cron(let line): line + (schedule.timezone.map { " in \($0)" } ?? "")
        case .interval(let seconds, _): "every \(Figures.duration(seconds))"
        case .dataset(let name): "when \(name) changes"
        }
    }

    /// What happens when a schedule is due while an earlier flow run of it is live.
    package static func overlap(_ overlap: FlowSchedule.Overlap) -> String {
        switch overlap {
        case .skip: "left out while an earlier one is live"
        case .bufferOne: "one waits for an earlier one"
        case .bufferAll: "all wait for earlier ones"
        case .cancelOther: "cancels an earlier one"
        case .terminateOther: "ends an earlier one at once"
        case .allow: "runs beside an earlier one"
        }
    }
}

extension TaskState {
    /// All states, those a person should see first in front.
    package static let byUrgency: [TaskState] = [
        .failed, .crashed, .waitingApproval, .running, .retrying, .paused, .scheduled, .pending,
        .upstreamFailed, .cancelled, .skipped, .completed, .cached,
    ]
}
