/// Where a run stands, as a person would say it.
///
/// It is put together from what the store says (Tracking's `RunStatus`, which clients write too), from
/// who holds the run's lock, and from when anything came last: no row holds it.
public enum RunCondition: String, Sendable, Codable, CaseIterable {
    /// Created, and not yet started.
    case scheduled
    /// A living process executes it.
    case running
    /// A living process holds it between two steps.
    case paused
    /// It did all its steps.
    case finished
    /// Someone stopped it; it can be resumed from its last checkpoint.
    case stopped
    /// It ended with an error.
    case failed
    /// Its process died without ending it.
    case crashed
    /// A foreign client logs it, and nothing came for a while.
    case silent

    /// Whether a process may still add to the run.
    public var isLive: Bool {
        switch self {
        case .scheduled, .running, .paused, .silent: true
        case .finished, .stopped, .failed, .crashed: false
        }
    }
}
