import GRDB
import Platform

/// The connections that read, each for one thread at a time.
///
/// GRDB's own pool hands them out under a lock of libdispatch. Under contention that lock starts
/// libdispatch's threads, whose manager wakes up each second until the process ends.
final class Readers: Sendable {
    /// As many as GRDB's pool has.
    private static let limit = 5

    private struct State {
        /// The last used one first, which has the pages in memory.
        var idle: [DatabaseQueue] = []
        var count = 0
    }

    private let state = Guarded(State())
    private let path: String
    private let configuration: Configuration

    /// Connections to a file; none is opened before it is needed.
    init(path: String, _ configuration: Configuration) {
        self.path = path
        self.configuration = configuration
    }

    /// Reads from one consistent state of the database; blocks while all connections are in use.
    func read<T>(_ body: (Database) throws -> T) throws -> T {
        let reader = try taken()
        defer { state.withLock(waking: .one) { $0.idle.append(reader) } }
        return try reader.read(body)
    }

    /// Closes the connections, which nobody uses any more.
    func close() throws {
        let readers = state.withLock { state in
            defer { state = State() }
            return state.idle
        }
        for reader in readers { try reader.close() }
    }

    private func taken() throws -> DatabaseQueue {
        let idle: DatabaseQueue? = state.wait { state in
            if let reader = state.idle.popLast() { return .some(reader) }
            guard state.count < Self.limit else { return nil }
            state.count += 1
            return .some(nil)
        }
        if let idle { return idle }
        do {
            return try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            state.withLock(waking: .one) { $0.count -= 1 }
            throw error
        }
    }
}
