internal import CKernels
internal import Glibc
internal import Synchronization

/// Threads that share the tiles of one job after another.
///
/// A job is split into tiles whose borders depend on the shapes alone; threads
/// take the next tile until none is left. So a result does not depend on how
/// many threads there are. Idle threads sleep; between the jobs of one
/// pass they spin for some microseconds first.
///
/// Training and decoding can share a pool: between two jobs a background
/// client waits for all interactive ones.
public final class WorkerPool: @unchecked Sendable {
    // @unchecked because of `job`: written only while no worker may join, and
    // read only by workers that have joined, see `JobState`.

    /// The priority of a client of the pool.
    public enum Priority: Sendable {
        /// Training and evaluation.
        case background
        /// Answers that a person waits for.
        case interactive
    }

    /// The pool of this process, with a thread for each processor that it may use.
    public static let shared = WorkerPool(threads: availableProcessors)

    /// The number of threads that work on a job, including the caller's.
    public let threadCount: Int

    /// How the tiles of a job are shared.
    public enum Sharing: Sendable {
        /// Each thread takes the next tile of all, so that tiles begin in their order.
        case oneByOne
        /// Each thread has a range of tiles, so that it reads memory in order; who is done takes
        /// half of what another one has left.
        case inRanges
    }

    private struct Job {
        let tiles: Int
        let sharing: Sharing
        let body: (_ tile: Int, _ worker: Int) -> Void
    }

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let workArrived: UnsafeMutablePointer<pthread_cond_t>
    private let workersLeft: UnsafeMutablePointer<pthread_cond_t>
    private let turnEnded: UnsafeMutablePointer<pthread_cond_t>
    private let state = JobState()
    private let nextTile = Atomic<Int>(0)
    private let ranges: TileRanges
    private let sleepers = Atomic<Int>(0)
    private let isCallerAsleep = Atomic<Bool>(false)
    private let interactiveHolds = Atomic<Int>(0)
    private let isClosing = Atomic<Bool>(false)
    private var job: Job?
    private var isTaken = false
    private var threadsWithTiles = 0
    private var threads: [pthread_t] = []

    /// The number of polls before a waiting thread sleeps: about thirty microseconds.
    private static let looks = 1000

    /// A pool of `threads` threads, one of which is the caller of `run`.
    public init(threads: Int) {
        precondition(threads >= 1, "a pool needs a thread")
        threadCount = threads
        ranges = TileRanges(workers: threads)
        mutex = .allocate(capacity: 1)
        workArrived = .allocate(capacity: 1)
        workersLeft = .allocate(capacity: 1)
        turnEnded = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        for condition in [workArrived, workersLeft, turnEnded] { pthread_cond_init(condition, nil) }
        for worker in 1..<max(1, threads) { startThread(worker) }
        if InstructionSet.hasTiles { waitUntilThreadsHaveTiles() }
    }

    deinit {
        pthread_mutex_lock(mutex)
        isClosing.store(true, ordering: .sequentiallyConsistent)
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

    /// The number of processors that this process may run on.
    public static var availableProcessors: Int { wb_available_processors() }

    /// Calls `body` once for each tile, from several threads, and returns when all are done.
    ///
    /// - Parameters:
    ///   - tiles: The number of tiles of the job.
    ///   - priority: The job's priority.
    ///   - sharing: How tiles are shared among the threads.
    ///   - body: Gets the tile and the number of the worker, below `threadCount`,
    ///     by which it may choose scratch memory.
    public func run(
        tiles: Int,
        priority: Priority,
        sharing: Sharing = .oneByOne,
        _ body: (_ tile: Int, _ worker: Int) -> Void
    ) {
        // The caller computes as well.
        wb_meet_tiles()
        takeTurn(priority)
        defer { endTurn() }
        if tiles <= 1 || threadCount == 1 {
            for tile in 0..<tiles { body(tile, 0) }
            return
        }
        withoutActuallyEscaping(body) { body in
            let job = Job(tiles: tiles, sharing: sharing, body: body)
            self.job = job
            switch sharing {
            case .oneByOne: nextTile.store(0, ordering: .relaxed)
            case .inRanges: ranges.fill(tiles)
            }
            state.open()
            if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
                pthread_mutex_lock(mutex)
                pthread_cond_broadcast(workArrived)
                pthread_mutex_unlock(mutex)
            }
            work(on: job, as: 0)
            // Workers that have not joined by now are not waited for.
            state.close()
            waitForWorkers()
            self.job = nil
        }
    }

    /// Makes background clients wait until `body` returns, such as for a token's whole forward pass.
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
        switch job.sharing {
        case .oneByOne:
            while true {
                let tile = nextTile.add(1, ordering: .relaxed).oldValue
                if tile >= job.tiles { return }
                job.body(tile, worker)
            }
        case .inRanges:
            while let tile = ranges.take(worker) { job.body(tile, worker) }
        }
    }

    private func waitForWorkers() {
        for _ in 0..<Self.looks {
            if !state.hasWorkers { return }
            wb_pause()
        }
        pthread_mutex_lock(mutex)
        isCallerAsleep.store(true, ordering: .sequentiallyConsistent)
        while state.hasWorkers { pthread_cond_wait(workersLeft, mutex) }
        isCallerAsleep.store(false, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(mutex)
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

    /// A thread's first use of the tile unit may be refused, and decides what kernels are used: so
    /// it comes before the first job.
    private func waitUntilThreadsHaveTiles() {
        pthread_mutex_lock(mutex)
        while threadsWithTiles < threads.count { pthread_cond_wait(workersLeft, mutex) }
        pthread_mutex_unlock(mutex)
    }

    private func meetTiles() {
        wb_meet_tiles()
        pthread_mutex_lock(mutex)
        threadsWithTiles += 1
        pthread_cond_signal(workersLeft)
        pthread_mutex_unlock(mutex)
    }

    private func serve(as worker: Int) {
        // The screen's thread goes first.
        wb_lower_thread_priority(5)
        meetTiles()
        var seen: UInt32 = 0
        while let generation = nextJob(after: seen) {
            seen = generation
            guard state.join(generation) else { continue }
            joinedJob(as: worker)
            guard state.leave(),
                isCallerAsleep.load(ordering: .sequentiallyConsistent)
            else { continue }
            pthread_mutex_lock(mutex)
            pthread_cond_signal(workersLeft)
            pthread_mutex_unlock(mutex)
        }
    }

    /// Works on the current job.
    ///
    /// A function of its own, so that its reference to the job's closure is
    /// released before the worker reports that it left.
    @inline(never)
    private func joinedJob(as worker: Int) {
        if let job { work(on: job, as: worker) }
    }

    /// Waits for a job after that of generation `seen`; nil ends the thread.
    private func nextJob(after seen: UInt32) -> UInt32? {
        for _ in 0..<Self.looks {
            let generation = state.generation
            if generation != seen { return generation }
            wb_pause()
        }
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        sleepers.add(1, ordering: .sequentiallyConsistent)
        defer { sleepers.subtract(1, ordering: .sequentiallyConsistent) }
        while true {
            if isClosing.load(ordering: .sequentiallyConsistent) { return nil }
            let generation = state.generation
            if generation != seen { return generation }
            pthread_cond_wait(workArrived, mutex)
        }
    }
}

/// Which job there is, whether workers may still join it, and how many have:
/// one word, so that no worker joins a job whose caller has continued.
private final class JobState: Sendable {
    // The generation is in the upper half, then a bit for "open", then the count.
    private let word = Atomic<UInt64>(0)
    private static let openBit: UInt64 = 1 << 31

    var generation: UInt32 {
        UInt32(truncatingIfNeeded: word.load(ordering: .sequentiallyConsistent) >> 32)
    }

    var hasWorkers: Bool {
        word.load(ordering: .sequentiallyConsistent) & (Self.openBit - 1) != 0
    }

    /// Begins a new job; no worker is in the last one.
    func open() {
        let next = UInt64(generation &+ 1) << 32
        word.store(next | Self.openBit, ordering: .sequentiallyConsistent)
    }

    func close() { word.bitwiseAnd(~Self.openBit, ordering: .sequentiallyConsistent) }

    func join(_ generation: UInt32) -> Bool {
        var current = word.load(ordering: .sequentiallyConsistent)
        while current & Self.openBit != 0, UInt32(truncatingIfNeeded: current >> 32) == generation {
            let (exchanged, original) = word.compareExchange(
                expected: current,
                desired: current + 1,
                ordering: .sequentiallyConsistent
            )
            if exchanged { return true }
            current = original
        }
        return false
    }

    /// Whether the last worker has left.
    func leave() -> Bool {
        let now = word.subtract(1, ordering: .sequentiallyConsistent).newValue
        return now & (Self.openBit - 1) == 0
    }
}
