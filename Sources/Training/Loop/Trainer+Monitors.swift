import Datasets
import Platform
import Tensors
import Transformer

extension Trainer {
    /// Reports the alerts of a step, and performs their actions.
    func follow(_ report: StepReport, _ output: RunOutput) throws {
        for (monitor, message) in course.add(report) {
            try act(on: monitor, message, step: report.step, output)
            // The first one that goes back also reverts the step.
            guard completedSteps == report.step + 1 else { return }
        }
    }

    /// The same for an evaluation.
    func follow(_ report: EvaluationReport, _ output: RunOutput) throws {
        guard report.loss.isFinite else {
            let message =
                "The run diverged: after step \(report.step - 1) the held-out loss is not a number."
            return try diverge(at: report.step - 1, message, output)
        }
        guard let message = course.add(report) else { return }
        try act(on: .evaluationGap, message, step: report.step, output)
    }

    /// Ends the run because of a value that is not finite, or goes back.
    func diverge(at step: Int, _ message: String, _ output: RunOutput) throws {
        guard configuration.monitors[.notFinite] == .goBack else {
            throw TrainingError(
                .diverged,
                message,
                hint: "lower the learning rate, or lengthen the warm-up"
            )
        }
        try act(on: .notFinite, message, step: step, output)
    }

    /// Whether the weights are finite; otherwise the run ends or goes back, and they are not saved.
    func checkWeights(_ output: RunOutput) throws -> Bool {
        let numbers = UnsafeBufferPointer(
            start: weights.buffer.pointer,
            count: weights.buffer.count
        )
        guard let place = numbers.firstIndex(where: { !$0.isFinite }) else { return true }
        let part = weights.parts.first { $0.range.contains(place) }?.name ?? "the weights"
        let message =
            "The run diverged: after step \(completedSteps - 1) \(part) holds \(numbers[place])."
        try diverge(at: completedSteps - 1, message, output)
        return false
    }

    /// Whether the last step left finite weights, since no later step would detect it; otherwise
    /// the run ends or goes back.
    func isSound(_ output: RunOutput, _ isCancelled: () -> Bool) throws -> Bool {
        guard try checkWeights(output) else { return false }
        guard plan.evaluation.examples.isEmpty else { return true }
        let batches = plan.batches.step(completedSteps - 1).microbatches.lazy
            .map { TokenBatch(self.examples($0)) }
        guard let batch = batches.first(where: { $0.targetCount > 0 }) else { return true }
        let loss = try pass.loss(batch, adapter: weights.adapter, isCancelled: isCancelled)
        guard !loss.isFinite else { return true }
        let message = "The run diverged: after its last step the loss is not a number."
        try diverge(at: completedSteps - 1, message, output)
        return false
    }

    func act(
        on monitor: Monitor,
        _ message: String,
        step: Int,
        _ output: RunOutput
    ) throws {
        let action = configuration.monitors[monitor]
        let alert = MonitorAlert(monitor: monitor, step: step, message: message, action: action)
        try output.send(.alerted(alert))
        switch action {
        case .mark, .pause: break
        case .lowerRate: adjustments.rateFactor /= 2
        case .goBack: try goBack(leavingOut: step, because: message, output)
        case .stop:
            throw TrainingError(
                .diverged,
                "\(monitor.rawValue) stopped the run at step \(step). \(message)",
                hint: "train again with a lower learning rate, or another action"
            )
        }
    }

    /// Returns to the last checkpoint and continues without the rows of a step.
    func goBack(leavingOut step: Int, because reason: String, _ output: RunOutput) throws {
        let rows = plan.batches.step(step).microbatches.flatMap { $0 }
        var changed = adjustments
        changed.leaveOut(rows)
        changed.returns += 1
        guard changed.returns <= Adjustments.maxReturns,
            changed.leftOut.count < plan.training.examples.count
        else {
            throw TrainingError(
                .diverged,
                "\(reason) It went back \(adjustments.returns) times before.",
                hint: "lower the learning rate, or look at the rows that were left out"
            )
        }
        guard let checkpoint = try checkpoints.newest().checkpoint else {
            throw TrainingError(
                .diverged,
                "\(reason) There is no checkpoint to go back to."
            )
        }
        try restoreWeights(checkpoint)
        try restore(checkpoint)
        adjustments = changed
        savedStep = nil
        try output.send(
            .wentBack(
                toStep: completedSteps,
                leftOut: rows.map { plan.training.examples[$0].source }
            )
        )
    }

    /// The examples of a micro-batch without those that are left out.
    func examples(_ microbatch: [Int]) -> [Example] {
        let leftOut = adjustments.leftOut
        let kept = leftOut.isEmpty ? microbatch : microbatch.filter { !leftOut.contains($0) }
        return kept.map { plan.training.examples[$0] }
    }
}
