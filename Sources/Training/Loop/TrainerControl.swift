/// The instruction of a run's owner before its next step.
public enum Directive: Sendable, Equatable {
    /// Take the step.
    case proceed
    /// Write a checkpoint, unless there is one of these steps, and ask again.
    case checkpoint
    /// Write a checkpoint and end.
    case stop
}

/// What to do after a write failed.
public enum RetryDecision: Sendable, Equatable {
    /// Try the same write again.
    case retry
    /// End the run with the write's error.
    case fail
}

/// The result of a call of `Trainer.run`.
public enum TrainingOutcome: Sendable, Equatable {
    /// All steps were taken and the adapter is written.
    case finished(FinishReport)
    /// The run was stopped after `completedSteps` steps, with the checkpoint `checkpoint`.
    case stopped(completedSteps: Int, checkpoint: String)
    /// The run was cancelled; work since the last checkpoint is lost.
    case cancelled(completedSteps: Int)
}
