import JSON
import Presentation
import TerminalUI
import Workflows
import Workspace

/// A task of the kind `flow` that was left for the flow run it started.
struct SubflowVisit: Equatable, Sendable {
    /// The task.
    let from: FlowPlace
    /// The flow run.
    let to: String
}

extension FlowsState {
    /// The flow run that a task of the kind `flow` started, the newest one; of a cached task, that of
    /// its result.
    func subflow(of task: TaskSummary, in library: Library) -> FlowRunSummary? {
        guard task.kind == "flow", let opened else { return nil }
        let origin = FlowRunOrigin.task(flowRun: opened.id, task: task.id)
        if let run = library.flowRuns?.first(where: { $0.origin == origin }) { return run }
        guard let detail = opened.task, detail.summary.id == task.id,
            let id = detail.outputs["flow_run"].map(FlowText.value)
        else { return nil }
        return library.flowRun(id)
    }

    /// Shows the tasks of the flow run that a task started.
    mutating func visit(_ run: FlowRunSummary, from task: TaskSummary) {
        guard let opened else { return }
        visits.append(SubflowVisit(from: FlowPlace(run: opened.id, task: task.id), to: run.id))
        _ = select(run.id, task: nil)
        focus = .tasks
    }

    /// Goes back to the task that started the flow run; to the list if another one was selected since.
    mutating func returnFrom(_ visit: SubflowVisit, _ context: Context) {
        guard selected(in: context.library)?.id == visit.to else {
            visits = []
            focus = .runs
            return
        }
        _ = select(visit.from.run, task: visit.from.task)
    }
}
