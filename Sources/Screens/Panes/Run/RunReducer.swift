import Platform
import Presentation
import Runs
import TerminalUI
import Tracking
import Workspace

extension RunState {
    package mutating func reduce(_ action: RunAction, _ context: Context) -> [Effect] {
        let selected = selected(in: context.library)
        switch action {
        case .detailed(let detail):
            if detail.summary.id == selected?.id { curves = RunCurves(detail) }
            return endReading(context)
        case .detailFailed(let error): return [.report(error)] + endReading(context)
        case .openForm, .quickLook, .submit, .planned, .planFailed, .edit:
            return reduceForm(action, context)
        case .started(let summary, let command): return started(summary, command: command)
        case .startFailed(let error):
            form?.startingFailed(error)
            return [.send(.library(.starting(nil))), .report(error)]
        case .togglePause:
            guard let selected else { return [] }
            return [RunWork.ask(selected.status == .paused ? .resume : .pause, of: selected.id)]
        case .stop: return selected.map { [RunWork.ask(.stop, of: $0.id)] } ?? []
        case .asked(let request, let id): return [confirmation(of: request, run: id, context)]
        case .showSamples: return selected.map { [RunWork.samples($0.id)] } ?? []
        case .samplesRead(let samples, let id):
            guard let samples, let selected, id == selected.id else { return [] }
            let sheet = SamplesView.sheet(of: selected, samples)
            return [.ask(.text(sheet, ScrollTextState()))]
        case .retry(let run): return (run ?? selected?.id).map { [RunWork.retryPlan($0)] } ?? []
        case .retryPlanned(let plan):
            return [.ask(.question(RetryQuestion.of(plan, in: context.library)))]
        case .resume(let id, let name):
            return [.send(.library(.starting("resuming \(name)"))), RunWork.resume(id, name: name)]
        case .again(let id, let name):
            let words = "starting \(name) again"
            return [.send(.library(.starting(words))), RunWork.again(id, name: name)]
        case .mark:
            guard let id = selected?.id else { return [] }
            list.move(by: 1, in: shown(in: context.library).ids)
            return [.send(.library(.toggleMark(id)))] + readCurves(context)
        case .delete: return selected.map { [.ask(.question(Self.deletion(of: $0)))] } ?? []
        case .deleteNow(let id, let name): return [RunWork.delete(id, name: name)]
        case .deleted(let name):
            let notice = Notice(.success, "Deleted \(name).", hint: "runs restore brings it back.")
            return [.report(notice, command: CommandText.delete(name)), .refresh(.runs)]
        case .filter: list.startFiltering()
        case .keepFilter: list.isFiltering = false
        case .follow(let id):
            list.filter = TextFieldState()
            list.select(id, in: [id])
            isDetailOpen = true
            return context.library.need(.runs) + readCurves(context)
        case .open:
            if context.frame.isWide { isAlone.toggle() } else { isDetailOpen = true }
        }
        return []
    }

    /// Reads the selected run's curves, unless they have been read.
    mutating func readCurves(_ context: Context, isStale: Bool = false) -> [Effect] {
        guard context.isOpen, let id = selected(in: context.library)?.id,
            isStale || curves?.run != id, reading.begin()
        else { return [] }
        return [RunWork.detail(id)]
    }

    /// Updates the selection, the curves and the measuring of the machine after a change of the list.
    mutating func runsChanged(_ context: Context) -> [Effect] {
        list.refresh(shown(in: context.library).ids)
        var effects = readCurves(context)
        let isWanted = context.library.liveRun != nil
        if isWanted != isFollowingMachine {
            isFollowingMachine = isWanted
            effects.append(.followMachine(isWanted))
        }
        return effects
    }

    private mutating func endReading(_ context: Context) -> [Effect] {
        if reading.end(), let id = selected(in: context.library)?.id { return [RunWork.detail(id)] }
        // The selection may have moved meanwhile.
        return curves == nil ? [] : readCurves(context)
    }

    private mutating func started(_ summary: RunSummary, command: String) -> [Effect] {
        if let form, form.isStarting {
            forecasts[summary.id] = form.plan?.memoryBytes
            self.form = nil
        }
        list.filter = TextFieldState()
        list.select(summary.id, in: [summary.id])
        isDetailOpen = true
        return [
            .send(.library(.starting(nil))), .send(.library(.insertRun(summary))),
            .report(Notice(.success, "\(summary.name) is running."), command: command),
            .refresh(.runs),
        ]
    }

    mutating func phaseEnded(_ end: PhaseEnd, _ context: Context) -> [Effect] {
        let id = end.run
        phasesToCome.remove(id)
        let name = context.library.run(id)?.name ?? id
        var effects: [Effect] = end.problem.map { [.report($0)] } ?? []
        if !end.losses.isEmpty {
            let text = end.losses.map(\.sentence).joined(separator: "; ")
            effects.append(.report(Notice(.information, "After \(name): \(text).")))
        }
        if let failure = end.failure, failure.code != .cancelled {
            let words = "The phase after \(name) did not start: \(failure.message)"
            effects.append(.report(Notice(.failure, words, hint: "R starts it.")))
        }
        guard let next = end.next else { return effects + [.refresh(.runs)] }
        if selected(in: context.library)?.id == id { list.select(next.id, in: [next.id]) }
        return effects + [
            .send(.library(.insertRun(next))),
            .report(Notice(.success, "\(next.name) continues from \(name).")), .refresh(.runs),
        ]
    }

    private func confirmation(
        of request: RunRequest.Kind,
        run id: String,
        _ context: Context
    ) -> Effect {
        let name = context.library.run(id)?.name ?? id
        let words =
            switch request {
            case .pause: "\(name) pauses after this step."
            case .resume: "\(name) continues."
            case .checkpoint: "\(name) writes a checkpoint after this step."
            case .stop: "\(name) writes a checkpoint after this step and stops."
            }
        let command = request == .stop ? CommandText.stop(name) : nil
        return .report(Notice(.information, words), command: command)
    }

    private static func deletion(of run: RunSummary) -> Question {
        Question(
            "Delete \(run.name)?",
            message: [
                "It moves to the trash and leaves the lists.",
                "workbench runs restore brings it back, workspace gc removes it permanently.",
            ],
            answers: [
                (
                    .init(id: "delete", title: "Delete", isDangerous: true),
                    .run(.deleteNow(id: run.id, name: run.name))
                )
            ]
        )
    }
}
