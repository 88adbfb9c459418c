/// Work that one process at a time does again and again, while it holds a lock.
package protocol RepeatedWork {
    /// Whether there is anything to do, or to wait for.
    func isNeeded() throws -> Bool

    /// Does what is due.
    ///
    /// - Returns: The seconds until it must be called again; nil if only a change can make something
    ///   due.
    func evaluate() throws -> Double?
}

/// A thread that does repeated work while this process holds the work's lock.
///
/// Any number of processes may have one; the lock lets one of them work, and the others try again
/// every few seconds. A process without anything to do holds no lock and sets no timer.
package final class ExclusiveWorker: Sendable {
    private struct State {
        var isStopped = false
        var isWoken = false
        var thread: ServiceThread?
    }

    private let state = Guarded(State())
    private let name: String
    private let lock: String

    /// Creates a worker without a thread.
    ///
    /// - Parameters:
    ///   - name: The name of the thread.
    ///   - lock: The path of the lock's file.
    package init(name: String, lock: String) {
        self.name = name
        self.lock = lock
    }

    deinit { stop() }

    /// Starts the thread, unless it runs.
    ///
    /// - Parameters:
    ///   - keepsLock: Whether the lock is held even while there is nothing to do.
    ///   - make: Creates the work, on the thread, each time before the lock is taken.
    ///   - failed: Receives errors, such as a full disk; the work is repeated.
    package func start(
        keepsLock: Bool = false,
        _ make: @escaping @Sendable () -> any RepeatedWork,
        failed: @escaping @Sendable (any Error) -> Void = { _ in }
    ) throws(PlatformError) {
        let (state, lock) = (self.state, self.lock)
        let outcome: Result<Void, PlatformError> = state.withLock { inner in
            guard inner.thread == nil else { return .success(()) }
            inner.isStopped = false
            do throws(PlatformError) {
                inner.thread = try ServiceThread(name: name) {
                    Self.run(state, lock, keepsLock, make, failed)
                }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }

    /// Lets the thread look again, since something has changed.
    package func wake() { state.withLock { $0.isWoken = true } }

    /// Ends the thread once its current work is done, and frees the lock.
    package func stop() {
        let thread = state.withLock { state in
            state.isStopped = true
            defer { state.thread = nil }
            return state.thread
        }
        thread?.join()
    }

    /// Whether ``stop()`` was called, for work that takes long.
    package var isStopped: Bool { state.withLock { $0.isStopped } }

    private static func run(
        _ state: Guarded<State>,
        _ path: String,
        _ keepsLock: Bool,
        _ make: () -> any RepeatedWork,
        _ failed: (any Error) -> Void
    ) {
        var held: (lock: OwnerLock, work: any RepeatedWork)?
        defer { held?.lock.release() }
        while true {
            var wait: Double?
            do {
                if held == nil {
                    let work = make()
                    if try keepsLock || work.isNeeded() {
                        held = try OwnerLock.take(path).map { ($0, work) }
                        if held == nil { wait = lockWait }
                    }
                }
                if let work = held?.work { wait = try work.evaluate() }
                if wait == nil, !keepsLock {
                    held?.lock.release()
                    held = nil
                }
            } catch {
                failed(error)
                wait = errorWait
            }
            guard pause(state, wait) else { return }
        }
    }

    /// Waits for a time or until woken; false once it is stopped.
    private static func pause(_ state: Guarded<State>, _ seconds: Double?) -> Bool {
        func take(_ state: inout State) -> Bool? {
            if state.isStopped { return false }
            guard state.isWoken else { return nil }
            state.isWoken = false
            return true
        }
        guard let seconds else { return state.wait(for: take) }
        return state.wait(seconds: seconds, for: take) ?? true
    }

    private static let lockWait = 5.0
    private static let errorWait = 5.0
}
