import Platform

/// Threads that perform tasks; one is started when there is work and none is idle.
final class TaskWorkers: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var idle = 0
        var threads: [ServiceThread] = []
        var isClosed = false
    }

    /// The most tasks at once.
    static let most = 64

    private let state = Guarded(State())

    /// Adds work.
    func add(_ job: @escaping @Sendable () -> Void) {
        let needsThread = state.withLock(waking: .one) { state in
            state.jobs.append(job)
            return state.idle < state.jobs.count && state.threads.count < Self.most
        }
        guard needsThread else { return }
        let name = "wb-task"
        if let thread = try? ServiceThread(name: name, body: { [state] in Self.work(state) }) {
            state.withLock { $0.threads.append(thread) }
        } else if state.withLock({ $0.threads.isEmpty }) {
            // Without any thread the caller performs it.
            state.withLock { $0.jobs.popLast() }?()
        }
    }

    /// Waits for what is performed and ends the threads.
    func close() {
        let threads = state.withLock { state in
            state.isClosed = true
            defer { state.threads = [] }
            return state.threads
        }
        for thread in threads { thread.join() }
    }

    private static func work(_ state: Guarded<State>) {
        while true {
            var isIdle = false
            let job = state.wait { state -> (@Sendable () -> Void)?? in
                if !isIdle { state.idle += 1 }
                isIdle = true
                if !state.jobs.isEmpty {
                    state.idle -= 1
                    return .some(state.jobs.removeFirst())
                }
                return state.isClosed ? .some(nil) : nil
            }
            guard let job else { return }
            job()
        }
    }
}
