import Glibc
import Platform
import Synchronization

/// Handles the signals that ask a process to end: the first one calls a handler, a second one ends
/// the process at once.
///
/// The signals are blocked in all threads; one thread waits for them, so handlers may take locks.
enum Signals {
    /// Called before a second signal ends the process.
    private static let lastAct = Mutex<(@Sendable () -> Void)?>(nil)

    /// Calls a body before a second signal ends the process, to end programs that it started.
    static func beforeEnd(_ body: @escaping @Sendable () -> Void) {
        lastAct.withLock { $0 = body }
    }

    /// The first signal received, or 0.
    static let received = Atomic<Int32>(0)

    /// The signals that ask the process to end.
    ///
    /// SIGUSR1 and SIGUSR2 are what Slurm sends before it takes the machine
    /// (`--signal=USR1@120`), SIGXCPU is the limit of processor time, SIGPWR a failing power supply.
    private static let requests = [SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU, SIGPWR]
    /// The signals of which a second one ends the process at once.
    ///
    /// Batch systems repeat the others, or send SIGTERM after them, while a checkpoint is written.
    private static let insistent: Set<Int32> = [SIGINT, SIGTERM]

    /// Ignores signals that must not end the program; call this first.
    ///
    /// SIGPIPE ends the output, not the run. With SIGXFSZ ignored, a write beyond the limit of a
    /// file's size fails and is reported. The program does not use the timers of the others.
    static func ignoreUnused() {
        for number in [
            SIGPIPE, SIGXFSZ, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGSTKFLT,
        ] { signal(number, SIG_IGN) }
    }

    /// Calls `handle` at the first signal; call this before any thread is started.
    ///
    /// - Parameter each: Whether it is called at later ones too, to pass them on.
    static func handle(
        each: Bool = false,
        _ handle: @escaping @Sendable (_ signal: Int32) -> Void
    ) {
        var signals = requestSet
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        // A closed terminal does not end a run.
        signal(SIGHUP, SIG_IGN)
        startThread { wait(each, handle) }
    }

    private static var requestSet: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in requests { sigaddset(&signals, number) }
        return signals
    }

    private static func wait(_ each: Bool, _ handle: @Sendable (Int32) -> Void) {
        var signals = requestSet
        var wasRequested = false
        while true {
            var number: Int32 = 0
            guard sigwait(&signals, &number) == 0 else { continue }
            if wasRequested, insistent.contains(number) {
                lastAct.withLock { $0 }?()
                _exit(128 + number)
            }
            wasRequested = wasRequested || insistent.contains(number)
            let isFirst = received.load(ordering: .relaxed) == 0
            if isFirst { received.store(number, ordering: .relaxed) }
            if isFirst || each { handle(number) }
        }
    }

    /// Calls `handle` at each of the signals until another handler replaces this one, and ignores
    /// SIGHUP: for the time after the screen's terminal is gone.
    ///
    /// - Parameter first: What needs a process without other threads, such as a change of the
    ///   environment; signals that arrive during it are handled afterwards.
    static func handleInBackground<Result>(
        _ handle: @escaping @Sendable () -> Void,
        after first: () throws -> Result
    ) rethrows -> Result {
        signal(SIGHUP, SIG_IGN)
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return try first() }
        signalPipe.store(ends[1], ordering: .relaxed)
        let reading = ends[0]
        for number in requests {
            signal(number) { _ in
                var byte: UInt8 = 0
                _ = write(Signals.signalPipe.load(ordering: .relaxed), &byte, 1)
            }
        }
        let result = try first()
        startThread { while waitForByte(reading) { handle() } }
        return result
    }

    private static let signalPipe = Atomic<Int32>(-1)

    private static func waitForByte(_ file: Int32) -> Bool {
        var byte: UInt8 = 0
        while true {
            let count = read(file, &byte, 1)
            if count < 0 && errno == EINTR { continue }
            return count == 1
        }
    }

    private static func startThread(_ body: @escaping @Sendable () -> Void) {
        if (try? ServiceThread(name: "wb-signals", body: body)) != nil { return }
        // Without the waiting thread, the signals get their default actions back.
        var signals = requestSet
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        for number in requests { signal(number, SIG_DFL) }
    }
}
