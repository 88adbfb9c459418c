/// Work done one piece after another on a thread of its own, started with the first piece.
final class WorkQueue: Sendable {
    private struct State {
        var pending: [@Sendable () -> Void] = []
        var thread: ServiceThread?
        var isClosed = false
    }

    private let name: String
    private let state = Guarded(State())

    init(name: String) {
        self.name = name
    }

    /// Appends a piece of work; after ``close()`` it is refused.
    func add(_ work: @escaping @Sendable () -> Void) throws(WorkspaceError) {
        let outcome: Result<Void, WorkspaceError> = state.withLock { state in
            guard !state.isClosed else {
                return .failure(WorkspaceError(.conflict, "The workspace is closed."))
            }
            if state.thread == nil {
                do throws(WorkspaceError) {
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
    func close() {
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
