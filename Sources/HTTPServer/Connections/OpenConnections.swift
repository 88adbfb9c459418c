import NIOCore
import Synchronization

/// The connections that are open: the idle ones are closed to make room or to end, all of them at
/// last.
final class OpenConnections: Sendable {
    /// What becomes of a new connection.
    enum Admission: Equatable { case taken, overload, refused }

    private struct Entry {
        let channel: any Channel
        var task: Task<Void, Never>?
        /// Since when it waits for a call; nil while one is answered.
        var idleSince: ContinuousClock.Instant?
        /// Whether a call has ever come by it.
        var isUsed = false
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var isEnding = false
        var waiting: CheckedContinuation<Void, Never>?

        /// The connection that is closed for a new one: of those that have never been used the
        /// newest, so that a flood of them takes nobody's place but its own, else the one that has
        /// been idle longest.
        var dispensable: Entry? {
            let idle = entries.values.filter { $0.idleSince != nil }
            let order = { (one: Entry, other: Entry) in
                (one.idleSince ?? .now) < (other.idleSince ?? .now)
            }
            return idle.filter { !$0.isUsed }.max(by: order) ?? idle.min(by: order)
        }
    }

    private let limit: Int
    /// How many beyond the limit are told so.
    private static let mostTold = 8

    private let state = Mutex(State())

    /// - Parameter limit: The most connections that are answered at a time.
    init(limit: Int) { self.limit = limit }

    /// Takes up a connection.
    ///
    /// Where there are too many an idle one is closed for it; where none is idle this one is only
    /// told that there are too many.
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
                } else if state.entries.count < limit + Self.mostTold {
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

    /// Says which task answers a connection; it is cancelled when time is up.
    func assign(_ task: Task<Void, Never>, to channel: any Channel) {
        state.withLock { $0.entries[ObjectIdentifier(channel)]?.task = task }
    }

    /// Notes that a call has come.
    func begin(_ channel: any Channel) {
        state.withLock { state in
            state.entries[ObjectIdentifier(channel)]?.idleSince = nil
            state.entries[ObjectIdentifier(channel)]?.isUsed = true
        }
    }

    /// Whether an answer is the last one of its connection.
    var isEnding: Bool { state.withLock { $0.isEnding } }

    /// Notes that a call was answered; false where no other one is taken.
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

    /// Closes what is idle, and what is under way once it is answered, or after a while.
    ///
    /// - Parameters:
    ///   - grace: How long calls that are under way may take.
    ///   - loop: Tells the time.
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
        // A call that waits for the disk or the database cannot be broken off; its thread goes on.
        await emptied(within: .seconds(1), on: loop)
    }

    /// Waits until no connection is left, but not for long.
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
