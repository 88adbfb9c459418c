import Runs
import Platform
import TerminalUI
import Workflows
package import Workspace

extension FlowsState {
    package mutating func observe(_ event: WorkspaceEvent, _ context: Context) -> [Effect] {
        switch event {
        case .flow(let event): return observe(event, context)
        case .everythingChanged: return readFlowIfShown(context) + readFilesIfKnown(context)
        case .datasetsChanged: return []
        default: return []
        }
    }

    private mutating func observe(_ event: FlowEvent, _ context: Context) -> [Effect] {
        switch event {
        case .changed(let id):
            return id == opened?.id || id == problem?.run ? readFlowIfShown(context) : []
        case .task(let id, "", _, _, let reason):
            // The flow run as a whole waits, such as for room on the disk; said each second.
            guard let reason, obstacles[id] != reason else { return [] }
            obstacles[id] = reason
            let name = context.library.flowRun(id)?.name ?? "flow run \(id.prefix(8))"
            return [.report(Notice(.warning, "\(name) waits: \(reason)"))]
        case .task(let id, let task, _, _, _):
            obstacles[id] = nil
            guard id == opened?.id else { return [] }
            opened?.apply(event, at: context.now, isReading: reading.isUnderWay)
            if task == opened?.selected?.id {
                isTaskStale = true
                isLogStale = true
            }
        case .progress(let id, _, _):
            if id == opened?.id {
                opened?.apply(event, at: context.now, isReading: reading.isUnderWay)
            }
        case .log(let id, let task):
            if id == opened?.id, task == opened?.log?.task { isLogStale = true }
        case .ended(let id, let state, let reason):
            elsewhere[id] = nil
            return ended(id, state, reason, context) + (id == opened?.id ? readFlow(context) : [])
        case .schedulesChanged: return readFilesIfKnown(context)
        }
        return []
    }

    /// Reads the selected flow run again; one that is not on the screen is read when it appears.
    private mutating func readFlowIfShown(_ context: Context) -> [Effect] {
        problem = nil
        guard context.pane == .flows, form == nil else {
            isFlowStale = true
            return []
        }
        return readFlow(context)
    }

    private mutating func readFilesIfKnown(_ context: Context) -> [Effect] {
        files.files == nil ? [] : readFiles(context)
    }

    /// Reports flow runs of other processes that ended or wait since the list was read before.
    mutating func endsElsewhere(_ context: Context) -> [Effect] {
        let before = elsewhere
        elsewhere = [:]
        return (context.library.flowRuns ?? []).flatMap { run -> [Effect] in
            guard !run.isMine else { return [] }
            if run.ownerProcess != nil, !run.state.isTerminal { elsewhere[run.id] = run.state }
            guard let state = before[run.id], state != run.state else { return [] }
            return ended(run.id, run.state, run.reason, context)
        }
    }

    private func ended(
        _ id: String,
        _ state: FlowState,
        _ reason: String?,
        _ context: Context
    ) -> [Effect] {
        let run = context.library.flowRun(id)
        let name = run?.name ?? "flow run \(id.prefix(8))"
        let why = reason.map { ": \($0)" } ?? "."
        let notice: Notice
        switch state {
        case .completed: notice = Notice(.success, "\(name) completed.")
        case .failed: notice = Notice(.failure, "\(name) failed\(why)", hint: "R retries it.")
        case .crashed:
            notice = Notice(.failure, "The process of \(name) died.", hint: "R continues it.")
        case .cancelled: notice = Notice(.information, "\(name) was cancelled\(why)")
        case .waitingApproval:
            let tasks = run?.awaitsApproval.joined(separator: ", ") ?? ""
            let what = tasks.isEmpty ? "an approval" : "the approval of \(tasks)"
            notice = Notice(.warning, "\(name) waits for \(what).", hint: "A decides.")
        case .paused: notice = Notice(.information, "\(name) is paused.", hint: "p continues it.")
        case .pending, .running: return []
        }
        return [.report(notice)] + (context.settings.bell ? [.terminal(.bell)] : [])
    }
}
