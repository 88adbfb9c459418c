/// What happens to a task of a flow run.
public enum TaskTransition: Sendable, Equatable, CaseIterable {
    /// Its dependencies have ended: it could run.
    case schedule
    /// An attempt begins.
    case start
    /// The attempt ended well.
    case complete
    /// An earlier result is used.
    case reuse
    /// The attempt failed, and there is another one.
    case retry
    /// It failed, and there is no other attempt.
    case fail
    /// A person must approve it first.
    case awaitApproval
    /// A person approved it.
    case approve
    /// A person refused it, or nobody approved it in time.
    case deny
    /// Its condition is false, or something that it refers to was skipped.
    case skip
    /// Something that it needs did not end well.
    case failUpstream
    /// It was cancelled.
    case cancel
    /// The process that executed it has ended.
    case crash
    /// The flow run was paused.
    case pause
    /// The flow run continues.
    case proceed
    /// The flow run is retried.
    case reset
}

extension TaskState {
    /// The state after a transition; nil if it is not allowed in this state.
    public func after(_ transition: TaskTransition) -> TaskState? {
        switch (self, transition) {
        case (.pending, .schedule): .scheduled
        case (.pending, .skip), (.scheduled, .skip): .skipped
        case (.pending, .failUpstream): .upstreamFailed

        case (.scheduled, .start), (.retrying, .start): .running
        case (.scheduled, .reuse): .cached
        case (.scheduled, .awaitApproval): .waitingApproval
        case (.scheduled, .fail), (.retrying, .fail): .failed
        // No attempt has begun, so nothing is lost.
        case (.scheduled, .crash): .pending

        case (.running, .complete): .completed
        case (.running, .retry): .retrying
        case (.running, .fail): .failed
        case (.running, .crash), (.retrying, .crash): .crashed

        case (.waitingApproval, .approve), (.waitingApproval, .reset): .pending
        case (.waitingApproval, .deny): .failed

        // A running task is paused when its process is asked to end; it continues later.
        case (.pending, .pause), (.scheduled, .pause), (.running, .pause), (.retrying, .pause):
            .paused
        case (.paused, .proceed): .pending

        case (_, .cancel) where !isTerminal: .cancelled
        case (_, .reset) where isTerminal: .pending
        default: nil
        }
    }
}

extension FlowState {
    /// The state of a flow run with tasks in these states.
    ///
    /// - Parameters:
    ///   - states: The number of tasks in each state.
    ///   - isExecuted: Whether a process executes it.
    public init(of states: [TaskState: Int], isExecuted: Bool) {
        func has(_ state: TaskState) -> Bool { states[state, default: 0] > 0 }
        let isOpen = states.contains { !$0.key.isTerminal && $0.value > 0 }
        guard isOpen else {
            self =
                if has(.crashed) {
                    .crashed
                } else if has(.cancelled) {
                    .cancelled
                } else if has(.failed) || has(.upstreamFailed) {
                    .failed
                } else {
                    .completed
                }
            return
        }
        if isExecuted {
            self = .running
        } else if has(.running) || has(.retrying) || has(.scheduled) || has(.crashed) {
            self = .crashed
        } else if has(.waitingApproval) {
            self = .waitingApproval
        } else if has(.paused) {
            self = .paused
        } else {
            self = .pending
        }
    }
}
