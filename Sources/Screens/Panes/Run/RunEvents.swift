import Platform
import Presentation
import Runs
import TerminalUI
package import Workspace

extension RunState {
    package mutating func observe(_ event: WorkspaceEvent, _ context: Context) -> [Effect] {
        let library = context.library
        switch event {
        case .run(.changed(let id)):
            let isShown = id == selected(in: library)?.id
            return isShown ? readCurves(context, isStale: true) : []
        case .everythingChanged:
            return selected(in: library) == nil ? [] : readCurves(context, isStale: true)
        case .run(.step(let id, let point)):
            guard curves?.run == id, let loss = point.loss else { return [] }
            let isComplete = extend(\.losses, step: point.step, value: loss)
            return isComplete ? [] : readCurves(context, isStale: true)
        case .run(.evaluated(let id, let step, let loss)):
            // Evaluations are not consecutive, so gaps are expected.
            if curves?.run == id { _ = extend(\.evaluations, step: step, value: loss) }
            return []
        case .run(.alerted(let id, let alert)):
            let words = "\(library.name(of: id)), step \(alert.step): \(alert.sentence)"
            return [.report(Notice(.warning, words))]
        case .run(.checkpointed(let id, let nextStep)):
            return checkpointed(nextStep, of: library.name(of: id), id)
        case .run(.paused(let id, let step, let reason)):
            return [Self.paused(library.name(of: id), at: step, reason: reason)]
        case .run(.ended(let outcome)): return ended(outcome, context)
        case .run(.phaseEnded(let end)): return phaseEnded(end, context)
        case .run(.crashed(let id)):
            let canResume = library.run(id)?.resumableStep != nil
            let hint = canResume ? "R resumes the run." : "R runs it again."
            let words = "The process of \(library.name(of: id)) died."
            return [.report(Notice(.failure, words, hint: hint))] + Self.bell(context)
        case .run(.sampled), .registryChanged, .datasetsChanged, .datasetMeasured, .modelsChanged,
            .download, .chat, .answerPiece, .answerEnded, .machine, .notice, .serverChanged,
            .flow, .alert, .alertsChanged:
            return []
        }
    }

    /// Adds a sample to a curve of the selected run; false if samples between are missing.
    private mutating func extend(
        _ curve: WritableKeyPath<RunCurves, SampleSeries>,
        step: Int,
        value: Double
    ) -> Bool {
        guard var extended = curves else { return true }
        // Removed first, so that the reference is unique and no curve is copied.
        curves = nil
        defer { curves = extended }
        return extended[keyPath: curve].append(step: step, value: value)
    }

    private mutating func checkpointed(
        _ nextStep: Int,
        of name: String,
        _ id: String
    ) -> [Effect] {
        if curves?.run == id, curves?.checkpoints.contains(nextStep) == false {
            curves?.checkpoints.append(nextStep)
        }
        // A run of this process is reported twice: directly and through the store.
        guard reportedCheckpoints[id] != nextStep else { return [] }
        reportedCheckpoints[id] = nextStep
        return [.report(Notice(.information, "\(name) saved checkpoint \(nextStep)"))]
    }

    private static func paused(_ name: String, at step: Int, reason: String?) -> Effect {
        guard let reason else {
            return .report(Notice(.information, "\(name) is paused at step \(step)."))
        }
        let words = "\(name) waits at step \(step): \(reason)"
        return .report(Notice(.warning, words, hint: "p continues."))
    }

    private mutating func ended(_ outcome: RunOutcome, _ context: Context) -> [Effect] {
        let name = context.library.name(of: outcome.run)
        let failure = outcome.failure.map { (message: $0.message, hint: $0.hint) }
        var effects = [Effect.report(Self.end(of: name, outcome.status, failure))]
        effects += runsChanged(context)
        if outcome.status == .finished, let run = context.library.run(outcome.run), run.isPhase {
            phasesToCome.insert(run.id)
        }
        // During a short run the machine may not have been measured.
        return effects + [ScreenWork.readMachine] + Self.bell(context)
    }

    private static func end(
        of name: String,
        _ status: RunCondition,
        _ failure: (message: String, hint: String?)?,
        hasResult: Bool = true
    ) -> Notice {
        switch status {
        case .finished:
            Notice(.success, "\(name) finished.", hint: hasResult ? "e registers it." : nil)
        case .stopped: Notice(.information, "\(name) stopped.", hint: "R resumes it.")
        default:
            Notice(
                .failure,
                "\(name) failed: \(failure?.message ?? "No reason was given.")",
                hint: failure?.hint
            )
        }
    }

    /// Reports runs of other processes that ended since the list was read before; a crash is an event
    /// of its own, and a flow reports its tasks.
    mutating func endsElsewhere(_ context: Context) -> [Effect] {
        let before = elsewhere
        elsewhere = []
        for run in context.library.runs?.live ?? []
        where !run.isMine && run.flowTask == nil && run.ownerProcess != nil {
            elsewhere.insert(run.id)
        }
        return before.sorted().compactMap(context.library.run).flatMap { run -> [Effect] in
            guard !run.isMine, run.flowTask == nil, !run.status.isLive, run.status != .crashed
            else { return [] }
            let failure = run.failure.map { (message: $0, hint: String?.none) }
            let notice = Self.end(
                of: run.name,
                run.status,
                failure,
                hasResult: run.resultPath != nil
            )
            return [.report(notice)] + Self.bell(context)
        }
    }

    private static func bell(_ context: Context) -> [Effect] {
        context.settings.bell ? [.terminal(.bell)] : []
    }
}
