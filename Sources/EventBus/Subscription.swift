import Synchronization

/// A subscription; it ends with ``cancel()`` or when the value is released.
public final class Subscription: Sendable {
    private let end: Mutex<(@Sendable () -> Void)?>

    /// A subscription that calls `end` once when it ends.
    public init(end: @escaping @Sendable () -> Void) {
        self.end = Mutex(end)
    }

    deinit {
        cancel()
    }

    /// Ends the subscription; a call in progress on another thread still completes.
    public func cancel() {
        let end = self.end.withLock { stored in
            defer { stored = nil }
            return stored
        }
        end?()
    }
}
