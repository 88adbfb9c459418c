import Synchronization

/// Actions that other threads hand to the screen's thread.
final class Mailbox: Sendable {
    private let actions = Mutex<[Action]>([])
    private let wake: @Sendable () -> Void

    init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

    /// Hands actions over; wakes the screen if none were waiting.
    func post(_ posted: [Action]) {
        guard !posted.isEmpty else { return }
        let wasEmpty = actions.withLock { actions in
            defer { actions += posted }
            return actions.isEmpty
        }
        if wasEmpty { wake() }
    }

    /// Removes and returns all actions, in order.
    func take() -> [Action] {
        actions.withLock { actions in
            defer { actions = [] }
            return actions
        }
    }
}
