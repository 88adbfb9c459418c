import Glibc
import Synchronization

/// Answers SIGINT and SIGTERM with a request, the second time with an end at once.
///
/// The signals are blocked in all threads and taken by one that waits for
/// them, so what happens then may take locks.
enum Signals {
    /// The signal that came first; 0 before any came.
    static let received = Atomic<Int32>(0)

    /// Calls `handle` at the first signal; call this before other threads are started.
    static func handle(_ handle: @escaping @Sendable (_ signal: Int32) -> Void) {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        // A closed terminal does not end a run.
        signal(SIGHUP, SIG_IGN)
        startThread { wait(handle) }
    }

    private static func wait(_ handle: @Sendable (Int32) -> Void) {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
        while true {
            var number: Int32 = 0
            guard sigwait(&signals, &number) == 0 else { continue }
            if received.load(ordering: .relaxed) != 0 { _exit(128 + number) }
            received.store(number, ordering: .relaxed)
            handle(number)
        }
    }

    /// Calls `handle` at each SIGINT or SIGTERM that comes while nobody else handles them, and
    /// ignores SIGHUP: for the time after the screen's terminal has gone.
    static func handleInBackground(_ handle: @escaping @Sendable () -> Void) {
        signal(SIGHUP, SIG_IGN)
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return }
        signalPipe.store(ends[1], ordering: .relaxed)
        let reading = ends[0]
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in
                var byte: UInt8 = 0
                _ = write(Signals.signalPipe.load(ordering: .relaxed), &byte, 1)
            }
        }
        startThread { while waitForByte(reading) { handle() } }
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

    private final class Work {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    private static func startThread(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            },
            Unmanaged.passRetained(Work(body)).toOpaque()
        )
        pthread_detach(thread)
    }
}
