import DequeModule
import Dispatch
import Platform
import Synchronization

/// Threads for tasks that may block on a file or the database.
///
/// Swift's cooperative pool has as many threads as the machine has cores, so nothing may block there.
/// The thread that became idle last works next, because its memory and caches are warm.
final class WaitingThreads: TaskExecutor {
    private struct State {
        var jobs = Deque<UnownedJob>()
        var resting: [DispatchSemaphore] = []
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
        let needsThread = state.withLock { state in
            state.jobs.append(job)
            if let rested = state.resting.popLast() {
                rested.signal()
                return false
            }
            return state.count < maximum
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
        for thread in resting { thread.signal() }
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
        let bell = DispatchSemaphore(value: 0)
        while true {
            let (job, isOver) = state.withLock { state -> (UnownedJob?, Bool) in
                if let job = state.jobs.popFirst() { return (job, false) }
                if state.isClosed {
                    state.count -= 1
                    return (nil, true)
                }
                state.resting.append(bell)
                return (nil, false)
            }
            if let job {
                job.runSynchronously(on: asUnownedTaskExecutor())
            } else if isOver {
                return
            } else {
                bell.wait()
            }
        }
    }
}
