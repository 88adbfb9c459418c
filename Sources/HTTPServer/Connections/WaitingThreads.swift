import DequeModule
import Dispatch
import Foundation
import Synchronization

/// Threads of the server's own whose tasks may block: on a file, or on the database.
///
/// Swift's common threads are as few as the machine's cores, so nothing may wait on them. The thread
/// that rested last works next: its memory and its core's caches are warm.
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

    /// Starts the first thread; others are started when all work.
    ///
    /// - Parameters:
    ///   - name: What system tools show.
    ///   - maximum: How many there may be; what comes then waits without a thread.
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
        // Where the system gives no more threads, those that are there do it later.
        if needsThread { try? addThread() }
    }

    /// Ends the threads once nothing is left to do.
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
        let thread = Thread { [self] in work() }
        thread.name = name
        thread.stackSize = 8 << 20
        thread.start()
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
