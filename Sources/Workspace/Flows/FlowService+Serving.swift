import Platform
public import Workflows

extension FlowService {
    /// Ends the flow runs of this process at once, with the programs that their tasks have started
    /// and without their grace.
    ///
    /// Blocks for two seconds at most.
    public func terminateHere() {
        for run in executed {
            try? terminate(run)
            for lock in setting.folders.taskLocks(of: run) {
                ProcessGroup.endHolders(of: lock, grace: 0)
            }
        }
        _ = state.wait(seconds: 2) { $0.executions.isEmpty ? true : nil }
    }

    /// Continues the flow runs of schedules whose process was asked to end, as when the machine was
    /// shut down: otherwise they stay paused, and their schedules start no others.
    ///
    /// Those that a person paused stay paused.
    ///
    /// - Returns: The flow runs that this process executes now.
    public func resumeLeftOver() throws -> [FlowRunSummary] {
        let left = try WorkspaceError.translating {
            try store.liveRuns().filter { record in
                guard case .schedule = record.origin else { return false }
                return record.state == .paused && !record.isPaused
                    && executor.owner(of: record.id) == nil
            }
        }
        return try left.compactMap { record in
            do throws(WorkspaceError) {
                return try WorkspaceError.translating {
                    try resume(record.id)
                    return try summary(of: record.id)
                }
            } catch {
                // Another process was faster.
                guard error.code == .conflict else { throw error }
                return nil
            }
        }
    }
}
