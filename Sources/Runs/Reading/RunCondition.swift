/// The state of a run as it is shown.
///
/// It is computed from the stored status (Tracking's `RunStatus`, which clients write too), from the
/// holder of the run's lock, and from the time of the last metric; it is not stored.
public enum RunCondition: String, Sendable, Codable, CaseIterable {
    /// Created and not started.
    case scheduled
    /// A process executes it.
    case running
    /// A process holds it between two steps.
    case paused
    /// All its steps are done.
    case finished
    /// Someone stopped it; it can be resumed from its last checkpoint.
    case stopped
    /// It ended with an error.
    case failed
    /// Its process ended without ending the run.
    case crashed
    /// Another program logs it, and has logged nothing for a while.
    case silent

    /// Whether a process may still add to the run.
    public var isLive: Bool {
        switch self {
        case .scheduled, .running, .paused, .silent: true
        case .finished, .stopped, .failed, .crashed: false
        }
    }
}
