/// A hint that a run has changed, published after the store was written.
///
/// A lost or repeated event does no harm: each names the run to read again.
public enum RunEvent: Equatable, Sendable {
    /// A run was added, or its status, name, tags or parameters changed.
    case changed(run: String)
    /// A run did a step, here or in another process.
    case step(run: String, StepPoint)
    /// A run measured its held-out loss.
    case evaluated(run: String, step: Int, loss: Double)
    /// A run sampled answers at an evaluation.
    case sampled(run: String, RunSamples)
    /// A run's monitor alerted.
    case alerted(run: String, RunAlert)
    /// A run can be resumed at `nextStep` from now on.
    case checkpointed(run: String, nextStep: Int)
    /// A run waits: a person paused it, or a write failed (then `reason` says why).
    case paused(run: String, step: Int, reason: String?)
    /// A run ended: finished, stopped or failed.
    case ended(RunOutcome)
    /// A phase of a chain has ended, and the next one has started, if there is one.
    case phaseEnded(PhaseEnd)
    /// The process that executed the run has ended without ending the run.
    case crashed(run: String)

    /// The run it is about.
    public var run: String {
        switch self {
        case .changed(let run), .step(let run, _), .evaluated(let run, _, _),
            .sampled(let run, _), .alerted(let run, _), .checkpointed(let run, _),
            .paused(let run, _, _), .crashed(let run):
            run
        case .ended(let outcome): outcome.run
        case .phaseEnded(let end): end.run
        }
    }
}
