import Synchronization

/// A typed broadcast inside one process, to all subscribers.
///
/// Events of one publishing thread arrive in the order in which they were published. The bus stores
/// nothing: a later subscriber has missed the earlier events, so an event is a hint to look, never
/// the only copy of a fact.
public final class EventBus<Event: Sendable>: Sendable {
    private struct Subscriber: Sendable {
        let id: UInt64
        let receive: @Sendable (Event) -> Void
    }

    private struct State {
        var nextID: UInt64 = 0
        var subscribers: [Subscriber] = []
    }

    private let state = Mutex(State())

    /// Creates a bus without subscribers.
    public init() {}

    /// The current number of subscribers.
    public var subscriberCount: Int {
        state.withLock { $0.subscribers.count }
    }

    /// Sends the event to every subscriber, on the calling thread, and returns after all have
    /// received it.
    ///
    /// Subscribers may publish, subscribe and cancel in the call: no lock is held.
    public func publish(_ event: Event) {
        let subscribers = state.withLock { $0.subscribers }
        for subscriber in subscribers {
            subscriber.receive(event)
        }
    }

    /// Calls `receive` with every future event, on the publishing thread.
    ///
    /// `receive` must return quickly, since it blocks the publisher. The subscription ends when the
    /// returned value is cancelled or released.
    public func subscribe(_ receive: @escaping @Sendable (Event) -> Void) -> Subscription {
        let id = state.withLock { state in
            state.nextID += 1
            state.subscribers.append(Subscriber(id: state.nextID, receive: receive))
            return state.nextID
        }
        return Subscription { [weak self] in self?.remove(id) }
    }

    private func remove(_ id: UInt64) {
        state.withLock { $0.subscribers.removeAll { $0.id == id } }
    }
}
