import DequeModule
import Dispatch
import Platform
import Synchronization

/// Threads for tasks that may block on a file or the database.
///
/// Swift's cooperative pool has as many threads as the machine has cores, so nothing may block there.
/// The thread that became idle last works next, because its memory and caches are warm.
final class WaitingThreads: TaskExecutor {
    /// A thread that waits for a job.
    ///
    /// `@unchecked` because whoever takes it out of the list sets the job, then rings.
    private final class Rest: @unchecked Sendable {
        /// The next job; nil to look for one.
        var job: UnownedJob?
        private let bell = DispatchSemaphore(value: 0)

        func ring() { bell.signal() }

        func wait() -> UnownedJob? {
            bell.wait()
            defer { job = nil }
            return job
        }
    }

    private struct State {
        var jobs = Deque<UnownedJob>()
        var resting: [Rest] = []
        var count = 0
        var isClosed = false
    }

    private let name: String
    private let maximum: Int
    private let state = Mutex(State())

    /// Starts the first thread; others start when all are busy.
    ///
    /// - Parameters:
    ///   - name: The name of the threads in system tools.
    ///   - maximum: The maximum number of threads; further tasks wait.
    init(name: String, maximum: Int) throws(ServerError) {
        self.name = name
        self.maximum = maximum
        try addThread()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // A thread is woken after the lock is free, with its job, so that it never waits for it.
        let (rested, needsThread) = state.withLock { state -> (Rest?, Bool) in
            if let rested = state.resting.popLast() { return (rested, false) }
            state.jobs.append(job)
            return (nil, state.count < maximum)
        }
        if let rested {
            rested.job = job
            rested.ring()
        }
        // If no thread can be added, one of the others runs the job later.
        if needsThread { try? addThread() }
    }

    /// Ends the threads once their tasks are done.
    func close() {
        let resting = state.withLock { state in
            state.isClosed = true
            defer { state.resting = [] }
            return state.resting
        }
        for thread in resting { thread.ring() }
    }

    private func addThread() throws(ServerError) {
        state.withLock { $0.count += 1 }
        do {
            _ = try ServiceThread(name: name) { [self] in work() }
        } catch {
            state.withLock { $0.count -= 1 }
            throw ServerError(.internalError, error)
        }
    }

    private func work() {
        let rest = Rest()
        var next: UnownedJob?
        while true {
            if let job = next {
                job.runSynchronously(on: asUnownedTaskExecutor())
            }
            let isOver = state.withLock { state in
                next = state.jobs.popFirst()
                guard next == nil else { return false }
                if state.isClosed {
                    state.count -= 1
                } else {
                    state.resting.append(rest)
                }
                return state.isClosed
            }
            if isOver { return }
            if next == nil { next = rest.wait() }
        }
    }
}
