import EventBus
import Database
import Platform
import Runs
import Workflows

extension FlowService {
    /// Publishes entries of the change feed.
    func publish(_ changes: [Change]) {
        var seen: Set<String> = []
        var hasSchedules = false
        for change in changes {
            switch change.kind {
            case .flowRun where seen.insert(change.item).inserted:
                events.publish(.changed(flowRun: change.item))
            case .schedule: hasSchedules = true
            case .flowRequest: state.withLock { $0.executions[change.item] }?.wake()
            default: break
            }
        }
        if hasSchedules { events.publish(.schedulesChanged) }
        if hasSchedules || !seen.isEmpty { scheduleWorker.wake() }
        guard !seen.isEmpty else { return }
        approvalWorker.wake()
        lookAgain()
    }

    /// Records the ends of flow runs whose processes have ended, and approvals that nobody gave in time.
    func findCrashes() throws {
        guard opened.access == .full else { return }
        for record in try store.liveRuns() where state.withLock({ $0.executions[record.id] }) == nil
        {
            _ = try executor.sweep(record)
            try expireApprovals(of: record)
        }
        hooks.look()
    }

    /// Lets the other flow runs of this process try tasks again that wait for a key or a tag.
    func lookAgain(besides id: String? = nil) {
        let others = state.withLock { state in
            state.executions.isEmpty ? [] : state.executions.filter { $0.key != id }.map(\.value)
        }
        for execution in others { execution.lookAgain() }
    }

    /// Makes the executions of this process read their requests now.
    func wake() {
        for execution in state.withLock({ Array($0.executions.values) }) { execution.wake() }
    }
}
