import Platform

/// Lets one thread wait until another signals that something happened.
final class Condition: Sendable {
    private let hasHappened = Guarded(false)

    func signal() { hasHappened.withLock { $0 = true } }

    /// Waits for a signal and resets it.
    func wait() {
        hasHappened.wait { hasHappened -> Void? in
            guard hasHappened else { return nil }
            hasHappened = false
            return ()
        }
    }

    /// Waits for a signal, or until the time is over, and resets it.
    func wait(seconds: Double) {
        _ = hasHappened.wait(seconds: seconds) { hasHappened -> Void? in
            guard hasHappened else { return nil }
            hasHappened = false
            return ()
        }
    }
}
