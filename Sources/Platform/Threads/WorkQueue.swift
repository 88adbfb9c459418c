/// Runs work in order on one thread, which starts with the first piece.
package final class WorkQueue: Sendable {
    private struct State {
        var pending: [@Sendable () -> Void] = []
        var thread: ServiceThread?
        var isClosed = false
    }

    private let name: String
    private let owner: String
    private let state = Guarded(State())

    /// Creates a queue without a thread.
    ///
    /// - Parameters:
    ///   - name: The name of the thread.
    ///   - owner: The owner that closes it, for the error of a closed queue: "The workspace".
    package init(name: String, owner: String) {
        self.name = name
        self.owner = owner
    }

    /// Appends work; it is refused after ``close()``.
    package func add(_ work: @escaping @Sendable () -> Void) throws(PlatformError) {
        let outcome: Result<Void, PlatformError> = state.withLock { state in
            guard !state.isClosed else {
                return .failure(PlatformError(.closed, "\(owner) is closed."))
            }
            if state.thread == nil {
                do throws(PlatformError) {
                    let shared = self.state
                    state.thread = try ServiceThread(name: name) { Self.run(shared) }
                } catch {
                    return .failure(error)
                }
            }
            state.pending.append(work)
            return .success(())
        }
        try outcome.get()
    }

    /// Finishes the pending work and ends the thread.
    package func close() {
        let thread = state.withLock { state in
            state.isClosed = true
            return state.thread
        }
        thread?.join()
    }

    private static func run(_ state: Guarded<State>) {
        enum Next {
            case work(@Sendable () -> Void)
            case end
        }
        while true {
            let next: Next = state.wait { state in
                if !state.pending.isEmpty { return .work(state.pending.removeFirst()) }
                return state.isClosed ? .end : nil
            }
            switch next {
            case .work(let work): work()
            case .end: return
            }
        }
    }
}
