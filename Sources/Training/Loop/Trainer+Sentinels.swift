import Datasets

extension Trainer {
    /// Tells what the sentinels say of a step, and does what is to be done.
    func follow(_ report: StepReport, _ output: RunOutput) throws {
        for (sentinel, message) in course.add(report) {
            try act(on: sentinel, message, step: report.step, output)
        }
    }

    /// The same of an evaluation.
    func follow(_ report: EvaluationReport, _ output: RunOutput) throws {
        guard let message = course.add(report) else { return }
        try act(on: .evaluationGap, message, step: report.step, output)
    }

    func act(
        on sentinel: Sentinel,
        _ message: String,
        step: Int,
        _ output: RunOutput
    ) throws {
        let action = configuration.sentinels[sentinel]
        let call = SentinelCall(sentinel: sentinel, step: step, message: message, action: action)
        try output.send(.called(call))
        switch action {
        case .mark, .pause: break
        case .lowerRate: adjustments.rateFactor /= 2
        case .goBack: try goBack(leavingOut: step, because: message, output)
        case .stop:
            throw TrainingError(
                .diverged,
                "The run was stopped at step \(step). \(message)",
                hint: "go on from the last checkpoint with a lower learning rate"
            )
        }
    }

    /// Puts the run back to its last checkpoint, from where it goes on without the rows of a step.
    func goBack(leavingOut step: Int, because reason: String, _ output: RunOutput) throws {
        let rows = plan.batches.step(step).microbatches.flatMap { $0 }
        var changed = adjustments
        changed.leaveOut(rows)
        changed.returns += 1
        guard changed.returns <= Adjustments.mostReturns,
            changed.leftOut.count < plan.training.examples.count
        else {
            throw TrainingError(
                .diverged,
                "The run diverged at step \(step) after going back \(adjustments.returns) times. \(reason)",
                hint: "lower the learning rate, or look at the rows that were left out"
            )
        }
        guard let checkpoint = try checkpoints.newest().checkpoint else {
            throw TrainingError(
                .diverged,
                "The run diverged at step \(step), and there is no checkpoint to go back to. \(reason)"
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

    /// The examples of a micro-batch that are not left out.
    func examples(_ microbatch: [Int]) -> [Example] {
        let leftOut = adjustments.leftOut
        let kept = leftOut.isEmpty ? microbatch : microbatch.filter { !leftOut.contains($0) }
        return kept.map { plan.training.examples[$0] }
    }
}
