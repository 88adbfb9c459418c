import Platform

/// Ends a watched command from another thread, such as the one that waits for signals.
package final class ScriptControl: Sendable {
    struct State {
        /// The first signal that asked the command to end.
        var signal: Int32?
        /// Whether it was asked to end by SIGTERM.
        var isTerminated = false
        /// Whether any signal was passed on; then the command is not started again.
        var isWarned = false
        var group: ProcessGroup?
        var isPaused = false
        /// Whether the end of the run is recorded.
        var isOver = false
    }

    let state = Guarded(State())

    package init() {}

    /// Passes a signal on to the command, which is not started again.
    ///
    /// After SIGINT it has its grace before it gets TERM, and after TERM before it gets KILL. Others,
    /// such as those that a batch system sends before it takes the machine, are left to the command.
    package func receive(_ signal: Int32) {
        state.withLock { state in
            state.isWarned = true
            if signal == ScriptSignal.interrupt || signal == ScriptSignal.terminate {
                state.signal = state.signal ?? signal
                state.isTerminated = state.isTerminated || signal == ScriptSignal.terminate
            }
            state.group?.send(signal)
            // A halted process receives it when it continues.
            state.group?.proceed()
        }
    }

    /// Ends the command at once, and waits until that is recorded.
    ///
    /// - Parameter patience: The longest wait, in seconds.
    package func kill(patience: Double = 5) {
        state.withLock { state in
            state.isWarned = true
            _ = state.group?.end(grace: 0)
        }
        _ = state.wait(seconds: patience) { $0.isOver ? true : nil }
    }

    /// Notes that the end of the run is recorded and printed.
    package func finish() { state.withLock { $0.isOver = true } }

    /// The signal that asked the command to end, if one did.
    var signal: Int32? { state.withLock { $0.signal } }
    var isTerminated: Bool { state.withLock { $0.isTerminated } }
    var isWarned: Bool { state.withLock { $0.isWarned } }

    func began(_ group: ProcessGroup) {
        state.withLock { state in
            state.group = group
            if let signal = state.signal { group.send(signal) }
        }
    }

    func ended() {
        state.withLock { state in
            state.group = nil
            state.isPaused = false
        }
    }

    /// Halts or continues the command; returns whether that changed anything.
    func setPaused(_ isPaused: Bool) -> Bool {
        state.withLock { state in
            guard let group = state.group, state.isPaused != isPaused else { return false }
            state.isPaused = isPaused
            if isPaused { group.halt() } else { group.proceed() }
            return true
        }
    }

    var isPaused: Bool { state.withLock { $0.isPaused } }
}
