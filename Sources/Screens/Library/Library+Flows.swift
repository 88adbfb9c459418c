package import Runs
package import Workflows
import Workspace

extension Library {
    /// A flow run by its id.
    package func flowRun(_ id: String?) -> FlowRunSummary? { flowRuns?.first { $0.id == id } }

    /// The live flow runs that this process executes, newest first.
    package var flowRunsHere: [FlowRunSummary] {
        (flowRuns ?? []).filter { $0.isMine && !$0.state.isTerminal }
    }

    /// The live runs that this process executes and that are not tasks of such a flow run.
    package var runsHereOutsideFlows: [RunSummary] {
        let flows = Set(flowRunsHere.map(\.id))
        return runsHere.filter { run in
            run.flowTask.map { !flows.contains($0.flowRun) } ?? true
        }
    }

    /// The flow run that the top bar shows: one executed here, else one that another process
    /// executes.
    package var liveFlowRun: FlowRunSummary? {
        flowRunsHere.first
            ?? flowRuns?.first { $0.ownerProcess != nil && !$0.state.isTerminal }
    }

    /// Applies an event about a flow run.
    mutating func observe(_ event: FlowEvent, _ access: Access) -> [Effect] {
        switch event {
        case .changed(let id): return readAgain(id, access)
        case .task(_, "", _, _, _): return []
        case .task(let id, let task, let state, _, _):
            return count(state, of: task, in: id) ? [] : readAgain(id, access)
        case .ended(let id, let state, let reason):
            taskStates[id] = nil
            _ = updateFlow(id) { run in
                run.state = state
                run.reason = reason
            }
            return readAgain(id, access)
        case .progress, .log, .schedulesChanged: return []
        }
    }

    mutating func reduceFlow(_ action: LibraryAction, _ access: Access) -> [Effect] {
        switch action {
        case .flowRun(let run, let id):
            if let run {
                put(run)
            } else {
                flowRuns?.removeAll { $0.id == id }
                changed.insert(.flows)
            }
            return id == readingFlow ? readNextFlow() : []
        case .flowRunFailed(let error, _): return [.report(error)] + readNextFlow()
        case .insertFlowRun(let run):
            // It may have ended before this is applied.
            guard flowRun(run.id) == nil else { return readAgain(run.id, access) }
            put(run)
        default: break
        }
        return []
    }

    /// Counts the new state of a task that this process executes; false if its flow run must be
    /// read instead.
    private mutating func count(_ state: TaskState, of task: String, in id: String) -> Bool {
        let known = taskStates[id]?[task]
        let isCounted = updateFlow(id) { run in
            // What has not been reported waits.
            let before = known ?? .pending
            guard run.counts[before, default: 0] > 0 else { return false }
            run.counts[before, default: 0] -= 1
            run.counts[state, default: 0] += 1
            if !state.isTerminal, state != .waitingApproval, state != .paused {
                run.state = .running
            }
            return true
        }
        taskStates[id, default: [:]][task] = state
        return isCounted ?? false
    }

    /// Changes a flow run in the list; nil if it is not there.
    private mutating func updateFlow<Result>(
        _ id: String,
        _ change: (inout FlowRunSummary) -> Result
    ) -> Result? {
        guard let index = flowRuns?.firstIndex(where: { $0.id == id }), var run = flowRuns?[index]
        else { return nil }
        let result = change(&run)
        flowRuns?[index] = run
        return result
    }

    private mutating func put(_ run: FlowRunSummary) {
        if let index = flowRuns?.firstIndex(where: { $0.id == run.id }) {
            flowRuns?[index] = run
        } else {
            flowRuns = [run] + (flowRuns ?? [])
        }
        changed.insert(.flows)
    }

    /// Reads one flow run again, now or after the read under way; the whole list for a new one or
    /// for many.
    private mutating func readAgain(_ id: String, _ access: Access) -> [Effect] {
        guard access.isOpen, hasRead(.flows), flowRun(id) != nil, staleFlows.count < 16 else {
            staleFlows = []
            return refresh(.flows, access)
        }
        staleFlows.insert(id)
        return readingFlow == nil ? readNextFlow() : []
    }

    private mutating func readNextFlow() -> [Effect] {
        readingFlow = staleFlows.min()
        guard let readingFlow else { return [] }
        staleFlows.remove(readingFlow)
        return [LibraryWork.readFlow(readingFlow)]
    }
}
