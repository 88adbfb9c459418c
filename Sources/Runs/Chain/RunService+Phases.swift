import EventBus
import Platform
import Tracking
import Training

extension RunService {
    /// What followed a run of this process; nil if the run is not a phase of a chain.
    ///
    /// Blocks until the next phase has started or failed to start.
    public func phaseEnd(after id: String) -> PhaseEnd? {
        state.wait { state -> PhaseEnd?? in
            if let end = state.phaseEnds[id] { return .some(end) }
            return state.phases.contains(id) ? nil : .some(nil)
        }
    }

    /// Blocks until this process executes no run and will start none.
    public func waitUntilIdle() {
        state.wait { $0.executions.isEmpty && $0.phases.isEmpty ? () : nil }
    }

    /// Measures a finished phase and starts the next one, on the thread of the run.
    ///
    /// - Parameter stops: How often this process had been asked to end its runs when the run started; if
    ///   it has been asked again since, nothing is started.
    func endPhase(_ outcome: RunOutcome, asked stops: Int) {
        let id = outcome.run
        guard outcome.status == .finished, state.withLock({ $0.phases.contains(id) }) else {
            return
        }
        var end = PhaseEnd(run: id)
        let isGivenUp = { self.state.withLock { $0.isClosed || $0.stopCount != stops } }
        do {
            end.losses = try heldOutLosses(after: id, isCancelled: isGivenUp)
        } catch {
            // The next phase starts even if the losses cannot be measured.
            let problem = RunError(error)
            end.problem = problem.code == .cancelled ? nil : problem
        }
        do {
            if isGivenUp() { throw CancellationError() }
            end.next = try startNext(after: id, asked: stops)
        } catch {
            end.failure = RunError(error)
        }
        state.withLock { state in
            state.phases.remove(id)
            state.phaseEnds[id] = end
        }
        events.publish(.phaseEnded(end))
    }

    /// Starts the phase after a finished run, or resumes it if it was stopped; nil if there is none, or
    /// if it is live or finished.
    ///
    /// - Throws: ``RunError`` with the code `conflict` if another process is about to start it.
    private func startNext(after id: String, asked stops: Int) throws -> RunSummary? {
        try opened.checkWritable()
        return try RunError.translating {
            let run = try summary(id)
            guard run.status == .finished, !run.laterPhases.isEmpty else { return nil }
            guard let lock = try RunLock.take(opened.layout.lock(run: id)) else {
                let holder = RunLock.holder(of: opened.layout.lock(run: id)) ?? 0
                throw RunError(
                    .conflict,
                    "Process \(holder) is about to start what comes after run \(id).",
                    hint: "`workbench runs list` shows it."
                )
            }
            defer { lock.release() }
            return try next(after: id, asked: stops).map { phase in
                try launch(on: ThreadLauncher(self)) { .prepared(phase) }
            }
        }
    }

    /// Prepares that phase while the run's lock is held, so that no other process does it too.
    func next(
        after id: String,
        changing changes: OptionTexts = [:],
        asked stops: Int? = nil
    ) throws -> PreparedRun? {
        let finished = try summary(id)
        guard finished.status == .finished, !finished.laterPhases.isEmpty,
            let result = finished.resultPath,
            let request = try retryPlan(id).request, var next = request.then?.first
        else { return nil }
        if let follower = try follower(of: id) {
            let phase = try summary(follower.id)
            let isLive = phase.isMine || phase.ownerProcess != nil
            return phase.status == .finished || isLive
                ? nil : try prepare(resuming: follower.id, changing: changes, asked: stops)
        }
        next = next.asPhase(after: request)
        try changes.apply(to: &next)
        next.then = request.then.map { Array($0.dropFirst()) }
        if next.then?.isEmpty == true { next.then = nil }
        if result.hasSuffix(".gguf") {
            next.model = result
        } else {
            next.initialAdapter = result
        }
        return try prepare(next, tags: [Tag(RunTag.follows, id)], asked: stops)
    }

    /// The losses on the held-out data of every phase so far, with the result of the last one, which are
    /// stored as metrics of its run.
    ///
    /// Empty for a run that is not a phase.
    ///
    /// Blocks, and computes.
    func heldOutLosses(
        after id: String,
        isCancelled: () -> Bool = { false }
    ) throws -> [PhaseLoss] {
        try RunError.translating {
            let last = try summary(id)
            guard last.isPhase, let result = last.resultPath else { return [] }
            var phases: [RunSummary] = [last]
            while let previous = phases.first?.previousPhase,
                !phases.contains(where: { $0.id == previous })
            {
                guard let phase = try? summary(previous) else { break }
                phases.insert(phase, at: 0)
            }
            var losses: [PhaseLoss] = []
            for (number, phase) in phases.enumerated() {
                guard let request = try retryPlan(phase.id).request,
                    let loss = try heldOutLoss(request, with: result, isCancelled: isCancelled)
                else { continue }
                let name = phase.dataset.map { String($0.prefix { $0 != "@" }) }
                losses.append(
                    PhaseLoss(
                        afterPhase: phases.count,
                        phase: number + 1,
                        dataset: name ?? request.dataset,
                        evaluationLoss: loss
                    )
                )
            }
            let now = TrackingStore.systemMilliseconds()
            let metrics = losses.map { loss in
                Metric(
                    TrackingKey(MetricName.evaluationLoss(ofPhase: loss.phase)),
                    loss.evaluationLoss,
                    timestamp: now,
                    step: last.stepsDone
                )
            }
            // The run has ended: these are not published as steps.
            try opened.store.log(Batch(metrics: metrics), run: id, published: .changed)
            events.publish(.changed(run: id))
            return losses
        }
    }

    /// The phases after a request, read, checked and with copies of their data, so that none fails later
    /// for a reason that exists now.
    func keptPhases(
        of request: TrainingRequest,
        _ isStopped: @escaping @Sendable () -> Bool
    ) throws -> [TrainingRequest]? {
        try request.then?.map { phase in
            let inputs = try inputs(for: phase.asPhase(after: request), isCancelled: isStopped)
            try inputs.checkLint()
            _ = try admittedForecast(inputs)
            var kept = phase
            let (data, evaluation) = try keptData(of: inputs, isStopped)
            kept.dataset = data
            kept.evaluationDataset = evaluation
            return kept
        }
    }

    /// Immutable copies of a run's data.
    func keptData(
        of inputs: TrainingInputs,
        _ isStopped: @escaping @Sendable () -> Bool
    ) throws -> (training: String, evaluation: String?) {
        (
            try sources.keep(inputs.dataset, isCancelled: isStopped),
            try inputs.evaluationDataset.map { try sources.keep($0, isCancelled: isStopped) }
        )
    }

    /// The run of the phase after a run.
    private func follower(of id: String) throws -> RunRecord? {
        let filter = "tags.`\(RunTag.follows.text)` = '\(id)'"
        return try opened.store.searchRuns(filter: filter, limit: 1, details: []).items.first
    }
}

extension TrainingRequest {
    /// This phase as it continues an earlier one whose result does not exist yet: on the same model, with
    /// the same adapter shape.
    func asPhase(after earlier: TrainingRequest) -> TrainingRequest {
        var phase = self
        // The options that every phase takes from the first one.
        for option in TrainingOptions.all where option.phaseRule == .first {
            option.copy(from: earlier, to: &phase)
        }
        phase.initialAdapter = earlier.initialAdapter
        phase.then = nil
        return phase
    }
}
