import Runs
import Platform
import Presentation
import TerminalUI
import Workflows
import Workspace

extension FlowsState {
    mutating func reduceControl(_ action: FlowsAction, _ context: Context) -> [Effect] {
        let run = selected(in: context.library)
        switch action {
        case .cancel: return run.map { [.ask(.question(FlowQuestions.cancel($0)))] } ?? []
        case .togglePause:
            guard let run else { return [] }
            return [FlowsWork.control(run.state == .paused ? .resume : .pause, run.id)]
        case .delete: return run.map { [.ask(.question(FlowQuestions.delete($0)))] } ?? []
        case .control(let verb, let id): return [FlowsWork.control(verb, id)]
        case .controlled(let verb, let id): return controlled(verb, id, context)
        case .approve: return run.map { approve($0, context) } ?? []
        case .decide(let id, let task):
            guard let run = context.library.flowRun(id) else { return [] }
            let isRead = opened?.id == id && opened?.task?.summary.id == task
            let detail = isRead ? opened?.task : nil
            return [.ask(.question(FlowQuestions.decide(detail, named: task, of: run)))]
        case .askReason(let run, let task, let isApproved):
            let prompt = FlowQuestions.reason(run: run, task: task, isApproved: isApproved)
            return [.ask(.prompt(prompt))]
        case .decideNow(let run, let task, let isApproved, let reason):
            return [FlowsWork.decide(task, of: run, isApproved: isApproved, reason: reason)]
        case .toggleSchedule:
            guard let schedule = files.selectedSchedule else { return [] }
            return [FlowsWork.setSchedule(schedule, isOn: !schedule.isOn)]
        default: return []
        }
    }

    /// Asks about the task with the cursor if it waits, else about the only one, else which.
    private func approve(_ run: FlowRunSummary, _ context: Context) -> [Effect] {
        let waiting = run.awaitsApproval
        let here = focus == .tasks ? selectedTask(in: context.library)?.id : nil
        if let task = here.flatMap({ waiting.contains($0) ? $0 : nil })
            ?? (waiting.count == 1 ? waiting[0] : nil)
        {
            return [.send(.flows(.decide(run: run.id, task: task)))]
        }
        return [.ask(.choice(FlowQuestions.waiting(run)))]
    }

    private mutating func controlled(
        _ verb: FlowControl,
        _ id: String,
        _ context: Context
    ) -> [Effect] {
        let name = context.library.flowRun(id)?.name ?? String(id.prefix(8))
        let words =
            switch verb {
            case .cancel: "\(name) is being cancelled."
            case .pause: "\(name) pauses: running tasks continue, no others start."
            case .resume: "\(name) continues."
            case .delete: "\(name) is deleted."
            }
        let report = Effect.report(
            Notice(verb == .delete ? .success : .information, words),
            command: CommandText.flow(verb.rawValue, String(id.prefix(8)))
        )
        guard verb == .delete else { return [report] }
        if opened?.id == id { opened = nil }
        focus = .runs
        log = nil
        return [report, .send(.library(.flowRun(nil, id: id)))]
    }
}
