import Logging
import Platform
import Runs
import Tracking
import Workflows

extension FlowService {
    /// Calls the hooks of a flow run whose end this process has recorded, and raises an alert if a
    /// schedule started it and it failed.
    func follow(_ event: FlowEvent) {
        guard case .ended(let id, let state, let reason) = event else { return }
        scheduleWorker.wake()
        guard state.isTerminal else { return }
        do {
            let run = try store.run(id)
            let flow = try reader.parse(run.source, path: run.path)
            hooks.call(
                FlowHooks.Ending(
                    run: run,
                    hooks: flow.hooks,
                    state: state,
                    reason: reason ?? run.reason
                )
            )
            guard case .schedule = run.origin, state == .failed || state == .crashed
            else { return }
            raiseAlert(
                AlertRequest(
                    .error,
                    "\(run.flow) \(state.rawValue)",
                    text: reason ?? run.reason ?? "",
                    source: Alert.Source(.flow, run: run.run, flowRun: id),
                    identity: "flow \(id) \(run.endedAt ?? 0)"
                )
            )
        } catch {
            opened.log.error("The end of the flow run \(id) could not be reported: \(error)")
        }
    }

    /// Raises an alert for a hook whose last call failed.
    static func hookFailed(
        _ ending: FlowHooks.Ending,
        _ hook: FlowHook,
        _ reason: String,
        _ store: TrackingStore
    ) {
        let run = ending.run
        // If the store refuses this, other writes fail too and report why.
        _ = try? store.raise(
            AlertRequest(
                .warning,
                "\(run.flow): on_\(hook.occasion.rawValue) failed",
                text: reason,
                source: Alert.Source(.flow, run: run.run, flowRun: run.id)
            )
        )
    }
}
