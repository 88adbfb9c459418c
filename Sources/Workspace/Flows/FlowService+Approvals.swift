import Logging
import Platform
import Runs
import Workflows

/// Approvals that must be given within a time.
///
/// The process that executes a flow run has its own timer. Once nothing can run without the approval, no
/// process executes it: then one of those that execute schedules has the timer, and any other that
/// looks at the flow run later finds that the time is over.
extension FlowService {
    /// Records that nobody has approved tasks of a flow run in time, unless this process has a timer.
    ///
    /// What follows from that is left to `flow resume`: this process may end soon.
    func expireApprovals(of record: FlowRunRecord) throws {
        guard record.state == .waitingApproval, !expires.withLock({ $0 }), !executes(record.id)
        else { return }
        try executor.expireApprovals(of: record)
    }

    /// Whether this process executes a flow run.
    func executes(_ id: String) -> Bool { state.withLock { $0.executions[id] != nil } }

    /// Starts the timer of approvals in this process, unless another one has it.
    func startExpiring() throws {
        let log = opened.log
        let make: @Sendable () -> any RepeatedWork = { [weak self] in
            guard let self else { return NoWork() }
            return ApprovalTimer(flows: self)
        }
        try WorkspaceError.translating {
            try approvalWorker.start(make) { error in
                log.warning("Approvals could not be checked: \(error)")
            }
        }
        expires.withLock { $0 = true }
        approvalWorker.wake()
    }
}

/// Waits for the next approval that nobody has given in time.
private struct ApprovalTimer: RepeatedWork {
    // The worker's thread, which ends before the service, keeps it alive.
    let flows: FlowService

    private func deadlines() throws -> [(run: FlowRunRecord, at: Int)] {
        try flows.store.liveRuns().compactMap { run in
            guard !flows.executes(run.id), let at = try flows.executor.approvalDeadline(of: run)
            else { return nil }
            return (run, at)
        }
    }

    func isNeeded() throws -> Bool { try !deadlines().isEmpty }

    func evaluate() throws -> Double? {
        let now = flows.store.now()
        for deadline in try deadlines() where deadline.at <= now {
            flows.continueOverdue(deadline.run.id)
        }
        // One that could not be continued is tried again after a second. A machine that was suspended
        // may have missed an instant, which the timer finds within a minute.
        return try deadlines().map { deadline in
            let wait = Double(deadline.at - flows.store.now()) / 1000
            return wait > 0 ? min(wait, 60) : 1
        }.min()
    }
}
