/// The state of a task in a flow run.
public enum TaskState: String, Sendable, CaseIterable, Codable {
    /// It waits for other tasks.
    case pending
    /// It could run and waits for room, a tag or the key that another process computes.
    case scheduled
    /// An attempt runs.
    case running
    /// An attempt failed; the next one starts after a wait.
    case retrying
    /// The flow run was paused, or its process was asked to end; it continues later.
    case paused
    /// It waits for a person's approval; no process is needed.
    case waitingApproval = "waiting_approval"
    /// It ran and ended well.
    case completed
    /// The result of an earlier run was used.
    case cached
    /// Its condition was false, or it refers to a task that was skipped.
    case skipped
    /// Its last attempt failed.
    case failed
    /// A task that it needs did not end well.
    case upstreamFailed = "upstream_failed"
    /// The process that executed it ended without recording how.
    case crashed
    /// A person or a program cancelled it.
    case cancelled

    /// The states of a task that a process must be executing; without one, it has crashed.
    package static let ofProcesses: [TaskState] = [.running, .retrying, .scheduled]

    /// Whether only a retry of the flow run can change it.
    public var isTerminal: Bool {
        switch self {
        case .completed, .cached, .skipped, .failed, .upstreamFailed, .crashed, .cancelled: true
        case .pending, .scheduled, .running, .retrying, .paused, .waitingApproval: false
        }
    }

    /// Whether its outputs can be used.
    public var isSuccessful: Bool { self == .completed || self == .cached }

    /// Whether it ended badly.
    public var isFailure: Bool {
        self == .failed || self == .upstreamFailed || self == .crashed || self == .cancelled
    }
}

/// The state of a flow run, which follows from those of its tasks.
public enum FlowState: String, Sendable, CaseIterable, Codable {
    /// No task has begun.
    case pending
    /// A task runs, or could.
    case running
    /// A person paused it, or its process was asked to end.
    case paused
    /// Nothing can run until a person approves a task.
    case waitingApproval = "waiting_approval"
    /// All tasks ended well or were skipped.
    case completed
    /// A task failed.
    case failed
    /// Its process ended without recording how.
    case crashed
    /// It was cancelled.
    case cancelled

    /// Whether only a retry can change it.
    public var isTerminal: Bool {
        switch self {
        case .completed, .failed, .crashed, .cancelled: true
        case .pending, .running, .paused, .waitingApproval: false
        }
    }
}
