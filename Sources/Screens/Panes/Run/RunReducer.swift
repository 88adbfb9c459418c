import Presentation
import TerminalUI
import Workspace

extension AppState {
    mutating func reduce(_ action: RunAction) -> [Effect] {
        switch action {
        case .listed(let runs): return listed(runs)
        case .listingFailed(let error):
            tell(error)
            return run.listing.end() ? [.run(.list)] : []
        case .detailed(let detail):
            if detail.summary.id == run.selected?.id { run.curves = RunCurves(detail) }
            return endReading()
        case .detailFailed(let error):
            tell(error)
            return endReading()
        case .openForm, .quickLook, .submit, .planned, .planFailed, .edit: return reduceForm(action)
        case .started(let summary, let command): return started(summary, command: command)
        case .stageEnded(let id, let losses, let next):
            return stageEnded(id, losses, next: next)
        case .startFailed(let error):
            run.starting = nil
            run.form?.startingFailed(error)
            tell(error)
            return []
        case .togglePause:
            guard let selected = run.selected else { return [] }
            return [.run(.ask(selected.status == .paused ? .resume : .pause, run: selected.id))]
        case .stop: return run.selected.map { [.run(.ask(.stop, run: $0.id))] } ?? []
        case .asked(let request, let id): return asked(request, of: id)
        case .showAnswers: return run.selected.map { [.run(.answers($0.id))] } ?? []
        case .answersRead(let answers, let id):
            guard let answers, id == run.selected?.id else { return [] }
            run.answers = answers
            overlay = .answers(ScrollTextState())
            return []
        case .nextFailed(let error, let id):
            run.stagesToCome.remove(id)
            let name = run.runs?.first { $0.id == id }?.name ?? id
            tell(
                Notice(
                    .failure,
                    "The stage after \(name) did not start: \(error.message)",
                    hint: "R starts it."
                )
            )
            return refreshRuns()
        case .retry: return run.selected.map { [.run(.retryPlan($0.id))] } ?? []
        case .retryPlanned(let plan):
            overlay = .question(RetryQuestion.of(plan))
            return []
        case .resume(let id, let name):
            run.starting = "resuming \(name)"
            return [.run(.resume(id: id, name: name))]
        case .again(let id, let name):
            run.starting = "starting \(name) again"
            return [.run(.again(id: id, name: name))]
        case .mark:
            guard let id = run.selected?.id else { return [] }
            toggleMark(id)
            run.selection.move(by: 1, in: run.shown.map(\.id))
            return refreshCurves()
        case .delete: return askToDelete()
        case .deleteNow(let id, let name): return [.run(.delete(id: id, name: name))]
        case .filter:
            run.isFiltering = true
            run.filter.selectAll()
            return []
        case .keepFilter:
            run.isFiltering = false
            return []
        case .open:
            if Frame(size: size).isWide { run.isAlone.toggle() } else { run.isDetailOpen = true }
            return []
        case .detached(let id, let process):
            tell(Notice(.success, "The run continues as process \(process)."))
            detaching.remove(id)
            if detaching.isEmpty { exit = .left }
            return []
        case .detachFailed(let error):
            detaching = []
            tell(error)
            return []
        }
    }

    /// Marks a run for comparison, or takes the mark away.
    package mutating func toggleMark(_ id: String) {
        if let index = marks.firstIndex(of: id) {
            marks.remove(at: index)
        } else {
            marks.append(id)
        }
    }

    /// Reads the list of runs, now or after the reading under way.
    package mutating func refreshRuns() -> [Effect] {
        run.listing.begin() ? [.run(.list)] : []
    }

    /// Reads the selected run's curves, unless they are there.
    mutating func refreshCurves(isStale: Bool = false) -> [Effect] {
        guard isOpen, let id = run.selected?.id, isStale || run.curves?.run != id,
            run.reading.begin()
        else { return [] }
        return [.run(.detail(id))]
    }

    /// Keeps selection, curves and the measuring of the machine in step with the list.
    mutating func runsChanged() -> [Effect] {
        run.selection.refresh(run.shown.map(\.id))
        var effects = refreshCurves()
        let isWanted = run.live != nil
        if isWanted != run.isFollowingMachine {
            run.isFollowingMachine = isWanted
            effects.append(.followMachine(isWanted))
        }
        return effects
    }

    private mutating func listed(_ runs: [RunSummary]) -> [Effect] {
        let isFirst = run.runs == nil
        let known = Dictionary((run.runs ?? []).map { ($0.id, $0) }) { first, _ in first }
        var stepsPerTailValue: [String: Double] = [:]
        let knownSteps = run.stepsPerTailValue
        run.runs = runs.map { new in
            // A list that was read before the newest events came does not take them back.
            guard let old = known[new.id], old.status == new.status, new.status.isLive,
                old.stepsDone > new.stepsDone
            else { return new }
            stepsPerTailValue[old.id] = knownSteps[old.id]
            return old
        }
        run.stepsPerTailValue = stepsPerTailValue
        marks.removeAll { id in !runs.contains { $0.id == id } }
        if isFirst, let live = run.live {
            run.selection.select(live.id, in: run.shown.map(\.id))
            run.isDetailOpen = true
        }
        let isAgain = run.listing.end()
        return runsChanged() + (isAgain ? [.run(.list)] : [])
    }

    private mutating func endReading() -> [Effect] {
        if run.reading.end(), let id = run.selected?.id { return [.run(.detail(id))] }
        // The selection may have moved on meanwhile.
        return run.curves == nil ? [] : refreshCurves()
    }

    private mutating func started(_ summary: RunSummary, command: String) -> [Effect] {
        run.starting = nil
        if let form = run.form, form.isStarting {
            run.forecasts[summary.id] = form.plan?.memoryBytes
            run.form = nil
        }
        run.filter = TextFieldState()
        insert(summary)
        run.selection.select(summary.id, in: run.shown.map(\.id))
        run.isDetailOpen = true
        tell(Notice(.success, "\(summary.name) is running."), command: command)
        return runsChanged() + refreshRuns()
    }

    private mutating func stageEnded(
        _ id: String,
        _ losses: [StageLoss],
        next: RunSummary?
    ) -> [Effect] {
        run.stagesToCome.remove(id)
        let name = run.runs?.first { $0.id == id }?.name ?? id
        if !losses.isEmpty {
            let text = losses.map(\.sentence).joined(separator: "; ")
            tell(Notice(.information, "After \(name): \(text)."))
        }
        guard let next else { return refreshRuns() }
        let isFollowed = run.selected?.id == id
        insert(next)
        if isFollowed { run.selection.select(next.id, in: run.shown.map(\.id)) }
        tell(Notice(.success, "\(next.name) continues from \(name)."))
        return runsChanged() + refreshRuns()
    }

    private mutating func insert(_ summary: RunSummary) {
        var runs = (run.runs ?? []).filter { $0.id != summary.id }
        runs.insert(summary, at: 0)
        run.runs = runs
    }

    private mutating func asked(_ request: RunRequest, of id: String) -> [Effect] {
        let name = run.runs?.first { $0.id == id }?.name ?? id
        switch request {
        case .pause: tell(Notice(.information, "\(name) pauses after this step."))
        case .resume: tell(Notice(.information, "\(name) continues."))
        case .checkpoint: tell(Notice(.information, "\(name) writes a checkpoint after this step."))
        case .stop:
            tell(
                Notice(.information, "\(name) writes a checkpoint after this step and stops."),
                command: "workbench runs stop \(CommandText.quoted(name))"
            )
        }
        return []
    }

    private mutating func askToDelete() -> [Effect] {
        guard let selected = run.selected else { return [] }
        overlay = .question(
            Question(
                "Delete \(selected.name)?",
                message: [
                    "It moves to the bin and leaves the lists.",
                    "workbench runs restore brings it back, workspace gc removes it for good.",
                ],
                answers: [
                    (
                        .init(id: "delete", title: "Delete", isDangerous: true),
                        .run(.deleteNow(id: selected.id, name: selected.name))
                    )
                ]
            )
        )
        return []
    }
}

/// The question that `R` asks.
enum RetryQuestion {
    static func of(_ plan: RetryPlan) -> Question {
        var message: [StyledText] = []
        var answers: [(choice: Dialog.Choice, action: Action)] = []
        let run = plan.run
        if let obstacle = plan.obstacle {
            message.append(StyledText("It cannot resume where it stopped: \(obstacle)", .warning))
        } else if let step = plan.resumableStep {
            message.append(
                StyledText(
                    step == 0
                        ? "Resume: there is no checkpoint, so it starts again from step 0."
                        : "Resume: continues at step \(step), exactly as if it had not stopped."
                )
            )
            answers.append(
                (
                    .init(id: "resume", title: "Resume"),
                    .run(.resume(id: run.id, name: run.name))
                )
            )
        } else if run.status == .finished, let data = run.laterStages.first {
            message.append(StyledText("Next stage: trains its result on \(data)."))
            answers.append(
                (
                    .init(id: "resume", title: "Next stage"),
                    .run(.resume(id: run.id, name: run.name))
                )
            )
        } else if run.status == .finished {
            message.append(StyledText("It is finished, so there is nothing to resume."))
        } else {
            message.append(StyledText("It has no checkpoint to resume from."))
        }
        if let request = plan.request {
            message.append(
                StyledText("Again: a new run with the same parameters. Edit: change them first.")
            )
            answers.append(
                (.init(id: "again", title: "Again"), .run(.again(id: run.id, name: run.name)))
            )
            answers.append((.init(id: "edit", title: "Edit"), .run(.edit(request))))
        } else {
            message.append(StyledText("Another program logged it, so it cannot be run from here."))
        }
        return Question("Retry \(run.name)?", message: message, answers: answers)
    }
}
