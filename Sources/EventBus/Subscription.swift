import Synchronization

/// A wish to be told of something, given up by ``cancel()`` or by releasing the value.
public final class Subscription: Sendable {
    private let end: Mutex<(@Sendable () -> Void)?>

    /// Wraps what is to be done once when the wish ends.
    public init(end: @escaping @Sendable () -> Void) {
        self.end = Mutex(end)
    }

    deinit {
        cancel()
    }

    /// Ends the subscription; a call that is already under way on another thread still completes.
    public func cancel() {
        let end = self.end.withLock { stored in
            defer { stored = nil }
            return stored
        }
        end?()
    }
}
