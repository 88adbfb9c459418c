import NIOCore
import Synchronization

/// The open connections; idle ones are closed to make room for others and when the server ends.
final class OpenConnections: Sendable {
    /// The result of admitting a connection.
    enum Admission: Equatable { case taken, overload, refused }

    private struct Entry {
        let channel: any Channel
        var task: Task<Void, Never>?
        /// When it began to wait for a call; nil while one is answered.
        var idleSince: ContinuousClock.Instant?
        /// Whether it has had a call.
        var isUsed = false
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var isEnding = false
        var waiting: CheckedContinuation<Void, Never>?

        /// The connection to close for a new one: the newest unused one, so that a flood of them
        /// displaces only itself, else the one that has been idle longest.
        var dispensable: Entry? {
            let idle = entries.values.filter { $0.idleSince != nil }
            let order = { (one: Entry, other: Entry) in
                (one.idleSince ?? .now) < (other.idleSince ?? .now)
            }
            return idle.filter { !$0.isUsed }.max(by: order) ?? idle.min(by: order)
        }
    }

    private let limit: Int
    /// The maximum number of connections beyond the limit that get an answer.
    private static let maximumOverload = 8

    private let state = Mutex(State())

    /// - Parameter limit: The maximum number of connections.
    init(limit: Int) { self.limit = limit }

    /// Admits a connection.
    ///
    /// Beyond the limit an idle connection is closed for it; if none is idle, the new one gets an
    /// error as its only answer.
    func admit(_ channel: any Channel) -> Admission {
        let id = ObjectIdentifier(channel)
        let (admission, closed) = state.withLock { state -> (Admission, (any Channel)?) in
            guard !state.isEnding else { return (.refused, nil) }
            var closed: (any Channel)?
            var admission = Admission.taken
            if state.entries.count >= limit {
                if let idle = state.dispensable {
                    closed = idle.channel
                    state.entries[ObjectIdentifier(idle.channel)]?.idleSince = nil
                } else if state.entries.count < limit + Self.maximumOverload {
                    admission = .overload
                } else {
                    return (.refused, nil)
                }
            }
            let isIdle = admission == .taken
            state.entries[id] = Entry(channel: channel, idleSince: isIdle ? .now : nil)
            return (admission, closed)
        }
        closed?.close(promise: nil)
        return admission
    }

    /// Sets the task that serves a connection; it is cancelled when the grace period is over.
    func assign(_ task: Task<Void, Never>, to channel: any Channel) {
        state.withLock { $0.entries[ObjectIdentifier(channel)]?.task = task }
    }

    /// Records the beginning of a call.
    func begin(_ channel: any Channel) {
        state.withLock { state in
            state.entries[ObjectIdentifier(channel)]?.idleSince = nil
            state.entries[ObjectIdentifier(channel)]?.isUsed = true
        }
    }

    /// Whether the next answer is the last one of its connection.
    var isEnding: Bool { state.withLock { $0.isEnding } }

    /// Records the end of a call; false if the connection is to be closed.
    func finish(_ channel: any Channel) -> Bool {
        state.withLock { state in
            state.entries[ObjectIdentifier(channel)]?.idleSince = .now
            return !state.isEnding
        }
    }

    /// Forgets a connection that is closed.
    func remove(_ channel: any Channel) {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.entries[ObjectIdentifier(channel)] = nil
            guard state.entries.isEmpty else { return nil }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    // MARK: - The end

    /// Closes idle connections, then the others once they are answered or the time is up.
    ///
    /// - Parameters:
    ///   - grace: The time that running calls may take.
    ///   - loop: The event loop of the timer.
    func end(within grace: TimeAmount, on loop: any EventLoop) async {
        let idle = state.withLock { state in
            state.isEnding = true
            return state.entries.values.filter { $0.idleSince != nil }.map(\.channel)
        }
        for channel in idle { channel.close(promise: nil) }
        await emptied(within: grace, on: loop)
        let left = state.withLock { Array($0.entries.values) }
        for entry in left {
            entry.task?.cancel()
            entry.channel.close(promise: nil)
        }
        // A call that waits for the disk or the database cannot be cancelled; its thread continues.
        await emptied(within: .seconds(1), on: loop)
    }

    /// Waits until no connection is left, or the time is over.
    private func emptied(within time: TimeAmount, on loop: any EventLoop) async {
        let timer = loop.scheduleTask(in: time) { self.wake() }
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if state.entries.isEmpty { return true }
                state.waiting = continuation
                return false
            }
            if isEmpty { continuation.resume() }
        }
        timer.cancel()
    }

    private func wake() {
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }
}
