import Platform
import Runs
import Tracking
import Workflows

extension FlowService {
    /// Follows up on the end of a task or a flow run that this process has recorded.
    func follow(_ event: FlowEvent) {
        switch event {
        case .task(let id, _, let state, _, _) where state.isTerminal: lookAgain(besides: id)
        case .ended(_, .waitingApproval, _): approvalWorker.wake()
        case .ended(let id, let state, _):
            lookAgain(besides: id)
            scheduleWorker.wake()
            // A crash that this process has found is not its own end.
            if state.isTerminal { hooks.look(at: state == .crashed ? nil : id) }
        default: break
        }
    }

    /// Raises an alert for a hook whose last call failed.
    static func hookFailed(
        _ delivery: HookDelivery,
        _ run: FlowRunRecord,
        _ reason: String,
        _ store: TrackingStore
    ) throws {
        try store.raise(
            AlertRequest(
                .warning,
                "\(run.flow): on_\(delivery.hook.occasion.rawValue) failed",
                text: reason,
                source: Alert.Source(.flow, run: run.run, flowRun: run.id),
                identity: delivery.identity
            )
        )
    }
}
