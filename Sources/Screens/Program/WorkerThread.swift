import Glibc
import Synchronization
import Workspace

/// A thread that does one piece of work after another and ends when there is none.
final class WorkerThread: Sendable {
    private struct State {
        var pending: [@Sendable () -> Void] = []
        var isRunning = false
    }

    private let state = Mutex(State())

    /// Appends a piece of work; false when no thread could be started for it.
    func add(_ work: @escaping @Sendable () -> Void) -> Bool {
        let mustStart = state.withLock { state in
            state.pending.append(work)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        return mustStart ? start() : true
    }

    private func start() -> Bool {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        // Opening a workspace and loading a model go deeper than a small default stack.
        pthread_attr_setstacksize(&attributes, 8 << 20)
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let status = pthread_create(
            &thread,
            &attributes,
            { context in
                guard let context else { return nil }
                Unmanaged<WorkerThread>.fromOpaque(context).takeRetainedValue().work()
                return nil
            },
            context.toOpaque()
        )
        guard status == 0 else {
            context.release()
            state.withLock { $0 = State() }
            return false
        }
        return true
    }

    private func work() {
        while true {
            let next = state.withLock { state in
                guard state.pending.isEmpty else { return Optional(state.pending.removeFirst()) }
                state.isRunning = false
                return nil
            }
            guard let next else { return }
            next()
        }
    }
}
