import Presentation
import TerminalUI
package import Workspace

extension RunPane {
    package static func observe(
        _ event: WorkspaceEvent,
        in state: inout AppState
    ) -> [Effect] {
        switch event {
        case .runChanged(let id):
            let isShown = id == state.run.selected?.id
            return state.refreshRuns() + (isShown ? state.refreshCurves(isStale: true) : [])
        case .everythingChanged:
            return state.refreshRuns()
                + (state.run.selected == nil ? [] : state.refreshCurves(isStale: true))
        case .runStep(let id, let point): return step(point, of: id, in: &state)
        case .runEvaluated(let id, let step, let loss):
            return evaluated(loss, at: step, of: id, in: &state)
        case .runAnswered(let id, let answers):
            return state.run.update(id) { $0.answers = answers } ? [] : state.refreshRuns()
        case .runCalled(let id, let call): return called(call, by: id, in: &state)
        case .runCheckpointed(let id, let nextStep):
            return checkpointed(nextStep, of: id, in: &state)
        case .runPaused(let id, let step, let reason):
            return paused(id, at: step, reason: reason, in: &state)
        case .runEnded(let outcome): return ended(outcome, in: &state)
        case .runCrashed(let id):
            let name = name(of: id, in: state)
            let run = state.run.runs?.first { $0.id == id }
            let hint = run?.resumableStep == nil ? "R runs it again." : "R resumes the run."
            state.tell(Notice(.failure, "The process of \(name) died.", hint: hint))
            return state.refreshRuns() + bell(state)
        case .registryChanged, .datasetsChanged, .datasetMeasured, .modelsChanged, .download, .chat,
            .answerPiece, .answerEnded, .machine, .notice, .serverChanged:
            return []
        }
    }

    private static func step(
        _ point: StepPoint,
        of id: String,
        in state: inout AppState
    ) -> [Effect] {
        let now = state.now
        var known = state.run.stepsPerTailValue[id]
        let isKnown = state.run.update(id) { run in
            guard point.step + 1 > run.stepsDone || !run.status.isLive else { return }
            if let loss = point.loss {
                var stepsPerValue = known ?? run.stepsPerTailValue
                run.extendTail(loss, at: point.step, stepsPerValue: &stepsPerValue)
                known = stepsPerValue
            }
            if run.status != .silent { run.status = .running }
            run.failure = nil
            run.stepsDone = point.step + 1
            run.totalSteps = point.totalSteps ?? run.totalSteps
            run.metrics.merge(point.metrics) { $1 }
            run.loss = point.loss ?? run.loss
            run.gradientNorm = point.gradientNorm ?? run.gradientNorm
            run.learningRate = point.learningRate ?? run.learningRate
            run.tokensPerSecond = point.tokensPerSecond ?? run.tokensPerSecond
            run.lastActivityAt = now
            if let seconds = point.metrics[MetricName.secondsPerStep], let total = run.totalSteps {
                run.secondsRemaining = seconds * Double(max(0, total - run.stepsDone))
            }
        }
        guard isKnown else { return state.refreshRuns() }
        state.run.stepsPerTailValue[id] = known
        guard state.run.curves?.run == id, let loss = point.loss else { return [] }
        let isWhole = state.extendCurve(\.losses, step: point.step, value: loss)
        return isWhole ? [] : state.refreshCurves(isStale: true)
    }

    private static func evaluated(
        _ loss: Double,
        at step: Int,
        of id: String,
        in state: inout AppState
    ) -> [Effect] {
        let isKnown = state.run.update(id) { run in
            run.evaluationLoss = loss
            run.metrics[MetricName.evaluationLoss] = loss
            if loss < run.bestEvaluation?.value ?? .infinity {
                run.bestEvaluation = .init(value: loss, step: step)
            }
        }
        if state.run.curves?.run == id {
            // Evaluations are far apart, so a gap tells nothing.
            _ = state.extendCurve(\.evaluations, step: step, value: loss)
        }
        return isKnown ? [] : state.refreshRuns()
    }

    private static func called(
        _ call: RunCall,
        by id: String,
        in state: inout AppState
    ) -> [Effect] {
        let isKnown = state.run.update(id) { run in
            if !run.calls.contains(call) { run.calls.append(call) }
        }
        state.tell(
            Notice(.warning, "\(name(of: id, in: state)), step \(call.step): \(call.sentence)")
        )
        return isKnown ? [] : state.refreshRuns()
    }

    private static func checkpointed(
        _ nextStep: Int,
        of id: String,
        in state: inout AppState
    ) -> [Effect] {
        let isKnown = state.run.update(id) { $0.resumableStep = nextStep }
        if state.run.curves?.run == id, state.run.curves?.checkpoints.contains(nextStep) == false {
            state.run.curves?.checkpoints.append(nextStep)
        }
        // A run of this process is heard of twice: from itself, and from the store.
        if state.run.toldCheckpoints[id] != nextStep {
            state.run.toldCheckpoints[id] = nextStep
            state.tell(
                Notice(.information, "\(name(of: id, in: state)) saved checkpoint \(nextStep)")
            )
        }
        return isKnown ? [] : state.refreshRuns()
    }

    private static func paused(
        _ id: String,
        at step: Int,
        reason: String?,
        in state: inout AppState
    ) -> [Effect] {
        let isKnown = state.run.update(id) { run in
            run.status = .paused
            run.failure = reason
            run.secondsRemaining = nil
        }
        let name = name(of: id, in: state)
        if let reason {
            state.tell(
                Notice(.warning, "\(name) waits at step \(step): \(reason)", hint: "p continues.")
            )
        } else {
            state.tell(Notice(.information, "\(name) is paused at step \(step)."))
        }
        return isKnown ? [] : state.refreshRuns()
    }

    private static func ended(_ outcome: RunOutcome, in state: inout AppState) -> [Effect] {
        _ = state.run.update(outcome.run) { run in
            run.status = outcome.status
            run.stepsDone = outcome.stepsDone
            run.secondsRemaining = nil
            run.resultPath = outcome.resultPath ?? run.resultPath
            run.failure = outcome.failure?.description
            run.conclusion = outcome.conclusion
            run.endedAt = state.now
        }
        let name = name(of: outcome.run, in: state)
        var stages: [Effect] = []
        if outcome.status == .finished,
            let run = state.run.runs?.first(where: { $0.id == outcome.run }), run.isStage
        {
            state.run.stagesToCome.insert(run.id)
            stages = [.run(.next(after: run.id))]
        }
        switch outcome.status {
        case .finished:
            state.tell(
                Notice(.success, "\(name) finished.", hint: "e registers it.")
            )
        case .stopped:
            state.tell(Notice(.information, "\(name) stopped.", hint: "R resumes it."))
        default:
            let reason = outcome.failure?.message ?? "No reason was given."
            state.tell(Notice(.failure, "\(name) failed: \(reason)", hint: outcome.failure?.hint))
        }
        // The last measurement may be as old as a short run.
        return state.refreshRuns() + state.runsChanged() + stages + [.screen(.readMachine)]
            + bell(state)
    }

    private static func bell(_ state: AppState) -> [Effect] {
        state.settings.bell ? [.terminal(.bell)] : []
    }

    private static func name(of id: String, in state: AppState) -> String {
        state.run.runs?.first { $0.id == id }?.name ?? String(id.prefix(8))
    }
}

extension AppState {
    /// Adds a sample to a curve of the selected run; false when samples between are missing.
    mutating func extendCurve(
        _ curve: WritableKeyPath<RunCurves, SampleSeries>,
        step: Int,
        value: Double
    ) -> Bool {
        guard var curves = run.curves else { return true }
        // The one reference stays unique, so that adding a sample copies no curve.
        run.curves = nil
        defer { run.curves = curves }
        return RunCurves.extend(&curves[keyPath: curve], step: step, value: value)
    }
}
