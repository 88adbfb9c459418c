package import FoundationEssentials
package import Workflows

/// When tasks waited, in seconds since the flow run began.
extension FlowBoard {
    /// The waits of a task: in the queue, and between its attempts or while it was paused.
    package func waits(
        of task: TaskSummary,
        in run: FlowRunSummary,
        at now: Date
    ) -> [ClosedRange<Double>] {
        let origin = run.startedAt ?? run.createdAt
        let pauses = task.pauses.compactMap { pause -> ClosedRange<Double>? in
            let start = pause.start.timeIntervalSince(origin)
            return start...max(start, (pause.end ?? now).timeIntervalSince(origin))
        }
        return (queue(of: [task], in: run, at: now).map { [$0] } ?? []) + pauses
    }

    /// From when the first of some tasks could run to when the first of them began.
    ///
    /// - Returns: Nil if they did not wait, or did not and will not run.
    package func queue(
        of tasks: [TaskSummary],
        in run: FlowRunSummary,
        at now: Date
    ) -> ClosedRange<Double>? {
        let origin = run.startedAt ?? run.createdAt
        guard let ready = tasks.compactMap({ ready($0, origin) }).min() else { return nil }
        let start: Date
        if let first = tasks.compactMap(\.startedAt).min() {
            start = first
        } else {
            guard run.endedAt == nil, tasks.contains(where: { !$0.state.isTerminal }) else {
                return nil
            }
            start = now
        }
        guard start > ready else { return nil }
        return ready.timeIntervalSince(origin)...start.timeIntervalSince(origin)
    }

    /// When all that a task comes after had ended; nil if it has not.
    private func ready(_ task: TaskSummary, _ origin: Date) -> Date? {
        var ready = origin
        for id in task.dependencies {
            guard let place = place(of: id), tasks[place].state.isTerminal else { return nil }
            ready = max(ready, tasks[place].endedAt ?? origin)
        }
        return ready
    }
}
