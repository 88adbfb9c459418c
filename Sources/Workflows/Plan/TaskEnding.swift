import Platform

/// How the last attempt at a task ended, if it did not end well.
struct TaskEnding {
    private let state: TaskState
    /// The number of the attempt; nil if none had begun.
    private let attempt: Int?
    private let reason: String?

    private init?(_ state: TaskState, attempt: Int?, reason: String?) {
        switch state {
        case .failed, .crashed: break
        // What had not begun has lost nothing.
        case .cancelled, .paused, .retrying: if attempt == nil { return nil }
        default: return nil
        }
        self.state = state
        self.attempt = attempt
        self.reason = reason
    }

    /// How a task ended that is recorded; nil if it ended well or has not begun.
    init?(of task: TaskRecord) {
        self.init(
            task.state,
            attempt: task.startedAt == nil ? nil : task.attempt,
            reason: task.reason
        )
    }

    /// How the attempt ended before a task's flow run was last retried or continued.
    ///
    /// - Parameter history: The changes of the task's state, the oldest first.
    init?(before history: [TaskDetail.Transition]) {
        let start = history.lastIndex { change in
            change.to == .pending && change.from.map { $0.isTerminal || $0 == .paused } == true
        }
        guard let start else { return nil }
        for change in history[..<start].reversed() {
            // A pause between two attempts ends none.
            let hasBegun =
                change.from == .running || change.from == .retrying && change.to != .paused
            let attempt = hasBegun ? change.attempt : nil
            if let ending = TaskEnding(change.to, attempt: attempt, reason: change.reason) {
                self = ending
                return
            }
            if change.to.isTerminal && change.to != .cancelled { return nil }
        }
        return nil
    }

    /// What happened, as a sentence, such as `Attempt 2 failed: It is broken.`.
    var sentence: String {
        "\(attempt.map { "Attempt \($0)" } ?? "It") \(Self.verb(state))"
            + (reason.map { ": \($0)" } ?? ".")
    }

    /// What an attempt did that ended in a state other than well.
    static func verb(_ state: TaskState) -> String {
        switch state {
        case .failed, .retrying: "failed"
        case .crashed: "crashed"
        case .paused: "was stopped"
        default: "was \(state.rawValue)"
        }
    }
}
