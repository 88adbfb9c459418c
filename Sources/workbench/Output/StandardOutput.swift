import Glibc
import Platform
import Synchronization
import Workspace

/// The program's standard output: the one place that writes to it, and remembers what it could not
/// write.
///
/// A failed write is reported at once and by the exit status; later output is dropped. Runs continue
/// nevertheless.
enum StandardOutput {
    /// The `errno` of the first write that failed; 0 before any.
    private static let failure = Atomic<Int32>(0)
    /// What is called once when a write has failed.
    private static let brokenHandler = Mutex<(@Sendable () -> Void)?>(nil)

    /// Gives descriptors 0 to 2 to `/dev/null` where they were closed, so that no file that is
    /// opened later is taken for one of them.
    ///
    /// To be called first of all.
    ///
    /// Each is opened the wrong way round: reading or writing fails then, as on a closed one.
    static func reserve() {
        for (descriptor, mode) in [
            (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY),
        ] where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
            // The lowest free descriptor is this one.
            _ = open("/dev/null", mode)
        }
    }

    /// Whether nothing that is written arrives any more.
    static var isBroken: Bool { failure.load(ordering: .relaxed) != 0 }

    /// Calls `body` once a write has failed, so that a command does not wait without a reader.
    static func whenBroken(_ body: @escaping @Sendable () -> Void) {
        brokenHandler.withLock { $0 = body }
    }

    /// Writes text that may hold no character of `VisibleText`'s.
    static func write(_ text: String) {
        guard !isBroken else { return }
        let number = DescriptorWriter.write(text.utf8, to: STDOUT_FILENO)
        if number != 0 { fail(number) }
    }

    private static func fail(_ number: Int32) {
        let (isFirst, _) = failure.compareExchange(
            expected: 0,
            desired: number,
            ordering: .relaxed
        )
        guard isFirst else { return }
        // A reader that has seen enough, such as `head`, is no news.
        if number != EPIPE {
            Console.note("workbench: standard output cannot be written: \(reason(number))")
        }
        brokenHandler.withLock { $0 }?()
    }

    /// Throws, saying what follows from it, unless all that was written so far arrived.
    static func check(_ consequence: String) throws {
        if isBroken { throw WorkspaceError(.failed, consequence) }
    }

    /// Closes the output, and says with which status the program ends if it was all right but for
    /// that: 0, 1, or 141 where the reader of a pipe went away.
    static func finish() -> Int32 {
        // Some file systems report only now that there was no room.
        if !isBroken, close(STDOUT_FILENO) != 0, errno != EBADF { fail(errno) }
        return switch failure.load(ordering: .relaxed) {
        case 0: 0
        case EPIPE: ExitStatus.readerGone
        default: ExitStatus.failed
        }
    }

    private static func reason(_ number: Int32) -> String { String(cString: strerror(number)) }
}
