import FoundationEssentials
import Platform
import Runs
import Workspace

extension Library {
    /// Applies an event of the workspace.
    mutating func observe(_ event: WorkspaceEvent, at now: Date, _ access: Access) -> [Effect] {
        switch event {
        case .run(.changed(let id)), .run(.crashed(let id)): return readRunAgain(id, access)
        case .run(.step(let id, let point)): return known(step(point, of: id, at: now), id, access)
        case .run(.evaluated(let id, let step, let loss)):
            let isKnown = update(id) { run in
                run.evaluationLoss = loss
                run.metrics[MetricName.evaluationLoss] = loss
                if run.bestEvaluation.isImproved(by: loss) {
                    run.bestEvaluation = .init(value: loss, step: step)
                }
            }
            return known(isKnown, id, access)
        case .run(.sampled(let id, let samples)):
            return known(update(id) { $0.samples = samples }, id, access)
        case .run(.alerted(let id, let alert)):
            let isKnown = update(id) { run in
                if !run.alerts.contains(alert) { run.alerts.append(alert) }
            }
            return known(isKnown, id, access)
        case .run(.checkpointed(let id, let nextStep)):
            return known(update(id) { $0.resumableStep = nextStep }, id, access)
        case .run(.paused(let id, _, let reason)):
            let isKnown = update(id) { run in
                run.status = .paused
                run.failure = reason
                run.secondsRemaining = nil
            }
            return known(isKnown, id, access)
        case .run(.ended(let outcome)):
            _ = update(outcome.run) { run in
                run.status = outcome.status
                run.stepsDone = outcome.stepsDone
                run.secondsRemaining = nil
                run.resultPath = outcome.resultPath ?? run.resultPath
                run.failure = outcome.failure?.description
                run.conclusion = outcome.conclusion
                run.endedAt = now
            }
            return readRunAgain(outcome.run, access) + again(.targets, access)
        case .flow(let event): return observe(event, access)
        case .alert(let alert): return raised(alert, access)
        case .alertsChanged: return again(.alerts, access)
        case .datasetsChanged: return refresh(.datasets, access)
        case .datasetMeasured(_, let fraction):
            return fraction >= 1 ? refresh(.datasets, access) : []
        case .registryChanged: return again(.registered, access) + again(.targets, access)
        case .modelsChanged: return refresh(.models, access) + again(.targets, access)
        case .everythingChanged:
            return refresh(.runs, access) + again(.registered, access) + again(.targets, access)
                + again(.flows, access) + again(.alerts, access)
        case .download(let progress): return observe(progress, access)
        case .chat, .answerPiece, .answerEnded, .machine, .notice,
            .serverChanged,
            .run(.phaseEnded):
            return []
        }
    }

    /// Reads a run if an event was about one that is not in the list.
    private mutating func known(_ isKnown: Bool, _ id: String, _ access: Access) -> [Effect] {
        isKnown ? [] : readRunAgain(id, access)
    }

    /// Reads a list again, if a pane has read it before.
    mutating func again(_ list: List, _ access: Access) -> [Effect] {
        guard hasRead(list) || isReading(list) || problems[list] != nil else { return [] }
        return refresh(list, access)
    }

    private mutating func step(_ point: StepPoint, of id: String, at now: Date) -> Bool {
        var known = stepsPerTailValue[id]
        let isKnown = update(id) { run in
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
        if isKnown { stepsPerTailValue[id] = known }
        return isKnown
    }

    private mutating func observe(_ progress: DownloadProgress, _ access: Access) -> [Effect] {
        download = progress
        switch progress.phase {
        case .finished:
            download = nil
            return [.report(Notice(.success, "\(progress.model) is downloaded and verified."))]
                + refresh(.models, access)
        case .cancelled:
            download = nil
            return [
                .report(Notice(.information, "The download of \(progress.model) was cancelled."))
            ]
        case .failed: return progress.failure.map { [.report($0)] } ?? []
        case .connecting, .downloading, .verifying: return []
        }
    }
}
