import Datasets
import ModelFiles
import Tensors
import Transformer

extension Trainer {
    /// The outcome of a step.
    enum StepOutcome {
        /// It was applied.
        case taken(StepReport)
        /// It had no targets.
        case skipped
        /// Its loss or gradient is not finite; it was not applied.
        case notFinite(loss: Double, norm: Double)
    }

    /// Takes the next step and reports it; false if the run went back.
    func advance(_ output: RunOutput, _ isCancelled: () -> Bool) throws -> Bool {
        let number = completedSteps
        switch try takeStep(isCancelled) {
        case .taken(let report):
            addPendingWork()
            try output.send(.step(report))
            try follow(report, output)
        case .skipped:
            completedSteps += 1
            addPendingWork()
            let rows = plan.batches.step(number).microbatches.joined()
            let hadTargets = rows.contains { plan.training.examples[$0].targetCount > 0 }
            // Its rows were left out on purpose, so no alert is needed.
            guard !hadTargets else { break }
            skippedSteps += 1
            try act(
                on: .noTargets,
                "Step \(number) has no token to learn and was skipped; \(skippedSteps) so far.",
                step: number,
                output
            )
        case .notFinite(let loss, let norm):
            let message = try diagnosis(step: number, loss: loss, norm: norm)
            try diverge(at: number, "\(message) The step was not applied.", output)
        }
        return completedSteps == number + 1
    }

    /// Adds the work that is due after the last step.
    private func addPendingWork() {
        owed = completedSteps == totalSteps ? [.look] : []
        if isEvaluationDue { owed.formUnion([.evaluation, .answers]) }
    }

    /// Does the pending work after the last step; false if the run went back.
    func settle(
        _ output: RunOutput,
        _ answer: ((_ isCancelled: () -> Bool) throws -> [EvaluationSample])?,
        _ isCancelled: () -> Bool
    ) throws -> Bool {
        if owed.contains(.look) {
            guard try isSound(output, isCancelled) else { return false }
            owed.remove(.look)
        }
        if plan.evaluation.examples.isEmpty { owed.remove(.evaluation) }
        if answer == nil { owed.remove(.answers) }
        guard !owed.isEmpty else { return true }
        if owed.contains(.evaluation) {
            let report = try evaluate(isCancelled)
            owed.remove(.evaluation)
            savedStep = nil
            try output.send(.evaluated(report))
            try follow(report, output)
            guard completedSteps == report.step else { return false }
        }
        if owed.contains(.answers), let answer {
            let samples = try timed { try answer(isCancelled) }
            try checkModel()
            owed.remove(.answers)
            savedStep = nil
            try output.send(.answered(step: completedSteps, samples))
        }
        try save(output)
        return true
    }

    /// Whether the run has ended: by its steps, or because the held-out loss no longer decreases.
    var isOver: Bool { completedSteps == totalSteps || isEvaluationDue && isPatienceOver }

    /// Takes the next step; if it throws, even `CancellationError`, nothing has changed.
    func takeStep(_ isCancelled: () -> Bool) throws -> StepOutcome {
        let start = clock()
        let number = completedSteps
        let step = plan.batches.step(number)
        let microbatches = step.microbatches.map(examples)
        let targetTokens = microbatches.joined().reduce(0) { $0 + $1.targetCount }

        guard targetTokens > 0 else { return .skipped }
        gradients.clear()
        var sum = 0.0
        for (index, examples) in microbatches.enumerated()
        where examples.contains(where: { $0.targetCount > 0 }) {
            sum += try pass.lossAndGradients(
                TokenBatch(examples),
                adapter: weights.adapter,
                gradients: gradients,
                targetCount: targetTokens,
                dropout: dropout(step: number, microbatch: index),
                noise: configuration.neftuneNoiseAlpha.map { alpha in
                    EmbeddingNoise(
                        alpha: alpha,
                        seed: configuration.seed,
                        step: number,
                        microbatch: index
                    )
                },
                isCancelled: isCancelled
            )
        }
        try checkModel()
        let loss = sum / Double(targetTokens)
        let norm = optimizer.norm(of: gradients)
        guard loss.isFinite, norm.isFinite else { return .notFinite(loss: loss, norm: norm) }
        let rate = plan.schedule.rate(at: number) * adjustments.rateFactor
        optimizer.apply(
            gradients,
            gradientNorm: norm,
            step: number,
            learningRate: rate
        )

        let seconds = clock() - start
        let stepTokens = microbatches.joined().reduce(0) { $0 + $1.ids.count }
        completedSteps = number + 1
        tokens += stepTokens
        elapsedSeconds += seconds
        pace.add(seconds: seconds)
        lastLoss = loss
        let report = StepReport(
            step: number,
            totalSteps: totalSteps,
            loss: loss,
            gradientNorm: norm,
            learningRate: rate,
            tokens: stepTokens,
            targetTokens: targetTokens,
            seconds: seconds,
            secondsPerStep: pace.secondsPerStep ?? seconds,
            epoch: step.epoch,
            elapsedSeconds: elapsedSeconds
        )
        return .taken(report)
    }

    /// Whether an evaluation and answers are due after the last step.
    var isEvaluationDue: Bool {
        completedSteps.isMultiple(of: plan.evaluationInterval) || completedSteps == totalSteps
    }

    /// Whether the held-out loss has not decreased for `patience` evaluations.
    var isPatienceOver: Bool {
        guard let patience = configuration.patience, let best = bestEvaluation else { return false }
        return completedSteps - best.step >= patience * plan.evaluationInterval
    }

    /// Checks that the model file is unchanged since the run started: after every computation,
    /// before its result is saved.
    ///
    /// - Throws: `ModelFileError` with the code `changed`.
    func checkModel() throws {
        try plan.model.file.checkUnchanged(digest: provenance.modelDigest)
    }

    /// Adds the duration of work to the run's time.
    func timed<Result>(_ body: () throws -> Result) rethrows -> Result {
        let start = clock()
        defer { elapsedSeconds += clock() - start }
        return try body()
    }

    /// The mean loss over all held-out targets.
    func evaluate(_ isCancelled: () -> Bool) throws -> EvaluationReport {
        let start = clock()
        var sum = 0.0
        var targetTokens = 0
        for range in plan.evaluation.batches(tokenCapacity: plan.tokenCapacity) {
            let batch = TokenBatch(plan.evaluation.examples[range])
            sum += try pass.loss(batch, adapter: weights.adapter, isCancelled: isCancelled)
            targetTokens += batch.targetCount
        }
        try checkModel()
        elapsedSeconds += clock() - start
        let report = EvaluationReport(step: completedSteps, loss: sum / Double(targetTokens))
        if report.loss < bestEvaluation?.loss ?? .infinity { bestEvaluation = report }
        return report
    }

    private func dropout(step: Int, microbatch: Int) -> Dropout? {
        guard configuration.dropout > 0 else { return nil }
        return Dropout(
            rate: Float(configuration.dropout),
            seed: configuration.seed,
            step: step,
            microbatch: microbatch
        )
    }
}
