import Runs
import Platform
import Presentation
import TerminalUI
import Workflows
import Workspace

extension FlowsState {
    mutating func reduceStarting(_ action: FlowsAction, _ context: Context) -> [Effect] {
        switch action {
        case .start(let path): return start(path, context)
        case .outlined(let outline):
            form = FlowForm(outline)
            return [.send(.screen(.show(.flows)))] + replan()
        case .outlineFailed(let error, let path):
            guard let faults = error.details, !faults.isEmpty else { return [.report(error)] }
            return [.ask(FlowQuestions.faults(faults, of: path))] + readFiles(context)
        case .planned(let plan, let order):
            form?.take(plan, for: order)
            return replan()
        case .planFailed(let error, let order):
            form?.take(error, for: order)
            return replan()
        case .submit: return submit()
        case .started(let run, let command): return started(run, command: command)
        case .startFailed(let error):
            starting = nil
            form?.startingFailed(error)
            return [.report(error)]
        case .retry(let run):
            guard let id = run ?? selected(in: context.library)?.id else { return [] }
            let move: [Effect] =
                run == nil
                ? [] : [.send(.screen(.show(.flows))), .send(.flows(.select(run: id, task: nil)))]
            return move + [FlowsWork.planRetry(id, FlowOrder())]
        case .planRetry(let run, let order): return [FlowsWork.planRetry(run, order)]
        case .retryPlanned(let plan, let order, let id):
            guard let run = context.library.flowRun(id) else { return [] }
            let question = FlowQuestions.retry(
                plan,
                order,
                of: run,
                task: opened?.id == id ? opened?.selected?.id : nil,
                rows: max(3, context.size.height - 12),
                width: context.size.width
            )
            return [.ask(.question(question))]
        case .showPlan(let plan):
            let text = ScrollText(FlowPlanText.lines(plan))
            let sheet = TextSheet(title: "Plan of \(plan.flow)", text: text)
            return [.ask(.text(sheet, ScrollTextState()))]
        case .retryNow(let run, let order, let secret):
            starting = "retrying \(context.library.flowRun(run)?.name ?? run)"
            return [FlowsWork.retry(run, order, secret: secret)]
        case .edit(let run, let plan):
            let task = opened?.id == run ? opened?.selected?.id : nil
            form = FlowForm(run: run, plan, task: task)
            return [.send(.screen(.show(.flows)))] + replan()
        default: return []
        }
    }

    /// Requests a plan of the form's answers, unless one is under way.
    mutating func replan() -> [Effect] { form?.nextPlan().map { [$0] } ?? [] }

    private mutating func start(_ path: String?, _ context: Context) -> [Effect] {
        if let path = path ?? (focus == .files ? files.selectedFile?.path : nil) {
            // The file is read now: it may have been corrected, or broken, since the list was read.
            let file = files.files?.first { $0.path == path || $0.name == path }
            return [FlowsWork.outline(file?.path ?? path)]
        }
        guard let known = files.files else {
            let words = "The flows are being read; try again in a moment."
            return [.report(Notice(.information, words))] + readFiles(context)
        }
        guard let prompt = FlowQuestions.start(known) else {
            let hint = "Write one: workbench flow schema prints its form."
            return [.report(Notice(.information, "There is no flow in flows/.", hint: hint))]
        }
        return [.ask(.choice(prompt))] + readFiles(context)
    }

    private mutating func submit() -> [Effect] {
        guard let current = form else { return [] }
        guard let order = current.order else {
            if let wrong = current.form.firstProblem { form?.form.focus(wrong.id) }
            let words = "An answer is not valid; see the line below the form."
            return [.report(Notice(.warning, words))]
        }
        form?.isStarting = true
        starting = "starting \(current.flow)"
        switch current.purpose {
        case .start(let path): return [FlowsWork.start(path, order, secret: current.secret)]
        case .retry(let run): return [FlowsWork.retry(run, order, secret: current.secret)]
        }
    }

    private mutating func started(_ run: FlowRunSummary, command: String) -> [Effect] {
        starting = nil
        // The tasks that were read are those from before the retry.
        if opened?.id == run.id {
            opened?.log = nil
            isTaskStale = true
        }
        if form?.isStarting == true { form = nil }
        list.filter = TextFieldState()
        list.select(run.id, in: [run.id])
        focus = .runs
        return [
            .send(.library(.insertFlowRun(run))),
            .report(Notice(.success, "\(run.name) is running."), command: command),
        ]
    }
}
