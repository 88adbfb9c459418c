import Tensors
import Transformer

extension Trainer {
    /// Takes the next step; where it throws, `CancellationError` included, nothing has changed.
    func takeStep(_ isCancelled: () -> Bool) throws -> StepReport {
        let start = clock()
        let number = completedSteps
        let step = plan.batches.step(number)
        let batches = step.microbatches.map { TokenBatch($0.map { plan.training.examples[$0] }) }
        let targetTokens = batches.reduce(0) { $0 + $1.targetCount }

        gradients.clear()
        var sum = 0.0
        for (index, batch) in batches.enumerated() {
            sum += try pass.lossAndGradients(
                batch,
                adapter: weights.adapter,
                gradients: gradients,
                targetCount: targetTokens,
                dropout: dropout(step: number, microbatch: index),
                isCancelled: isCancelled
            )
        }
        let loss = sum / Double(targetTokens)
        let norm = optimizer.norm(of: gradients)
        guard loss.isFinite, norm.isFinite else { throw diverged(number, loss: loss, norm: norm) }
        let rate = plan.schedule.rate(at: number)
        optimizer.apply(
            gradients,
            gradientNorm: norm,
            step: number,
            learningRate: rate
        )

        let seconds = clock() - start
        let stepTokens = batches.reduce(0) { $0 + $1.tokens.count }
        completedSteps = number + 1
        tokens += stepTokens
        elapsedSeconds += seconds
        pace.add(seconds: seconds)
        lastLoss = loss
        return StepReport(
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
    }

    /// Whether the held-out data is to be evaluated after the step just taken.
    var isEvaluationDue: Bool {
        !plan.evaluation.examples.isEmpty
            && (completedSteps.isMultiple(of: plan.evaluationInterval)
                || completedSteps == totalSteps)
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

    private func diverged(_ step: Int, loss: Double, norm: Double) -> TrainingError {
        TrainingError(
            .diverged,
            "The run diverged at step \(step): loss \(loss), gradient norm \(norm). "
                + "The step was not applied.",
            hint: "lower the learning rate, or lengthen the warm-up"
        )
    }
}
