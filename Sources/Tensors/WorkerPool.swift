internal import CKernels
internal import Glibc
internal import Synchronization

/// Threads that share the tiles of one job after another.
///
/// A job is cut into tiles whose borders depend on the shapes alone; threads
/// take the next tile until none is left. So a result does not depend on how
/// many threads there are. Idle threads sleep; between the jobs of one
/// pass they spin for some microseconds, since the next job is near.
///
/// Training and decoding may use one pool: a background client lets every
/// interactive one pass first, between two jobs.
public final class WorkerPool: @unchecked Sendable {
    // @unchecked because of `job`: guarded by `mutex`, and read outside it
    // only by threads that are counted in `participants`.

    /// Who is served first when two clients want the pool.
    public enum Priority: Sendable {
        /// Training and evaluation.
        case background
        /// Answers somebody waits for.
        case interactive
    }

    /// The pool of this process, with a thread for each processor that it may use.
    public static let shared = WorkerPool(threads: availableProcessors)

    /// How many threads work on a job, the caller's included.
    public let threadCount: Int

    private struct Job {
        let tiles: Int
        let body: (_ tile: Int, _ worker: Int) -> Void
    }

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let workArrived: UnsafeMutablePointer<pthread_cond_t>
    private let workersLeft: UnsafeMutablePointer<pthread_cond_t>
    private let turnEnded: UnsafeMutablePointer<pthread_cond_t>
    private let generation = Atomic<Int>(0)
    private let nextTile = Atomic<Int>(0)
    private let participants = Atomic<Int>(0)
    private let interactiveHolds = Atomic<Int>(0)
    private var job: Job?
    private var isTaken = false
    private var isClosing = false
    private var threads: [pthread_t] = []

    /// How often a waiting thread looks before it sleeps: about twenty microseconds.
    private static let spins = 600

    /// A pool of `threads` threads, one of which is the caller of `run`.
    public init(threads: Int) {
        precondition(threads >= 1, "a pool needs a thread")
        threadCount = threads
        mutex = .allocate(capacity: 1)
        workArrived = .allocate(capacity: 1)
        workersLeft = .allocate(capacity: 1)
        turnEnded = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        for condition in [workArrived, workersLeft, turnEnded] { pthread_cond_init(condition, nil) }
        for worker in 1..<max(1, threads) { startThread(worker) }
    }

    deinit {
        pthread_mutex_lock(mutex)
        isClosing = true
        generation.add(1, ordering: .releasing)
        pthread_cond_broadcast(workArrived)
        pthread_mutex_unlock(mutex)
        for thread in threads { pthread_join(thread, nil) }
        for condition in [workArrived, workersLeft, turnEnded] {
            pthread_cond_destroy(condition)
            condition.deallocate()
        }
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// How many processors this process may run on.
    public static var availableProcessors: Int { wb_available_processors() }

    /// Calls `body` once for each tile, from several threads, and returns when all are done.
    ///
    /// - Parameters:
    ///   - tiles: How many tiles the job has.
    ///   - priority: Whether somebody waits for the result.
    ///   - body: Gets the tile and the number of the worker, below `threadCount`,
    ///     by which it may choose scratch memory.
    public func run(
        tiles: Int,
        priority: Priority,
        _ body: (_ tile: Int, _ worker: Int) -> Void
    ) {
        takeTurn(priority)
        defer { endTurn() }
        if tiles <= 1 || threadCount == 1 {
            for tile in 0..<tiles { body(tile, 0) }
            return
        }
        withoutActuallyEscaping(body) { body in
            let job = Job(tiles: tiles, body: body)
            nextTile.store(0, ordering: .relaxed)
            pthread_mutex_lock(mutex)
            self.job = job
            generation.add(1, ordering: .releasing)
            pthread_cond_broadcast(workArrived)
            pthread_mutex_unlock(mutex)

            work(on: job, as: 0)

            // Whoever has not come by now is not waited for.
            pthread_mutex_lock(mutex)
            self.job = nil
            pthread_mutex_unlock(mutex)
            var spins = Self.spins
            while participants.load(ordering: .acquiring) > 0, spins > 0 { spins -= 1 }
            pthread_mutex_lock(mutex)
            while participants.load(ordering: .acquiring) > 0 {
                pthread_cond_wait(workersLeft, mutex)
            }
            pthread_mutex_unlock(mutex)
        }
    }

    /// Keeps background clients waiting until `body` returns: a token's whole forward pass.
    public func holdingBackgroundBack<Result>(_ body: () throws -> Result) rethrows -> Result {
        interactiveHolds.add(1, ordering: .relaxed)
        defer {
            pthread_mutex_lock(mutex)
            interactiveHolds.subtract(1, ordering: .relaxed)
            pthread_cond_broadcast(turnEnded)
            pthread_mutex_unlock(mutex)
        }
        return try body()
    }

    private func takeTurn(_ priority: Priority) {
        pthread_mutex_lock(mutex)
        while isTaken
            || (priority == .background && interactiveHolds.load(ordering: .relaxed) > 0)
        {
            pthread_cond_wait(turnEnded, mutex)
        }
        isTaken = true
        pthread_mutex_unlock(mutex)
    }

    private func endTurn() {
        pthread_mutex_lock(mutex)
        isTaken = false
        pthread_cond_broadcast(turnEnded)
        pthread_mutex_unlock(mutex)
    }

    private func work(on job: Job, as worker: Int) {
        while true {
            let tile = nextTile.add(1, ordering: .relaxed).oldValue
            if tile >= job.tiles { return }
            job.body(tile, worker)
        }
    }

    /// Works on the job there is; called with the mutex locked, which it unlocks.
    ///
    /// A function of its own, so that its hold on the job's closure has ended
    /// when the caller says that it left.
    private func joinJob(as worker: Int) -> Bool {
        guard let job else {
            pthread_mutex_unlock(mutex)
            return false
        }
        participants.add(1, ordering: .relaxed)
        pthread_mutex_unlock(mutex)
        work(on: job, as: worker)
        return true
    }

    private func startThread(_ worker: Int) {
        // Unretained: `deinit` ends the threads and waits for them.
        final class Start {
            unowned(unsafe) let pool: WorkerPool
            let worker: Int
            init(_ pool: WorkerPool, _ worker: Int) {
                self.pool = pool
                self.worker = worker
            }
        }
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(self, worker))
        let status = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                start.pool.serve(as: start.worker)
                return nil
            },
            start.toOpaque()
        )
        if status == 0 { threads.append(thread) } else { start.release() }
    }

    private func serve(as worker: Int) {
        // The screen's thread goes first.
        wb_lower_thread_priority(5)
        var seen = 0
        while true {
            var spins = Self.spins
            while generation.load(ordering: .acquiring) == seen, spins > 0 { spins -= 1 }
            pthread_mutex_lock(mutex)
            while generation.load(ordering: .acquiring) == seen {
                pthread_cond_wait(workArrived, mutex)
            }
            seen = generation.load(ordering: .acquiring)
            if isClosing {
                pthread_mutex_unlock(mutex)
                return
            }
            guard joinJob(as: worker) else { continue }
            pthread_mutex_lock(mutex)
            if participants.subtract(1, ordering: .releasing).newValue == 0 {
                pthread_cond_signal(workersLeft)
            }
            pthread_mutex_unlock(mutex)
        }
    }
}
