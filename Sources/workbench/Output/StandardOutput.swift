import Glibc
import Platform
import Synchronization
import Workspace

/// The only writer of the program's standard output.
///
/// A failed write is reported at once and by the exit status; later output is dropped. Runs
/// continue.
enum StandardOutput {
    /// The `errno` of the first write that failed; 0 before any.
    private static let failure = Atomic<Int32>(0)
    /// Called once when a write has failed.
    private static let brokenHandler = Mutex<(@Sendable () -> Void)?>(nil)

    /// Opens `/dev/null` on those of the descriptors 0 to 2 that are closed, so that no file opened
    /// later gets their numbers.
    ///
    /// Call this first. Each is opened in the opposite direction, so that using it fails as on a
    /// closed one.
    static func reserve() {
        for (descriptor, mode) in [
            (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY),
        ] where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
            // The lowest free descriptor is this one.
            _ = open("/dev/null", mode)
        }
    }

    /// Whether a write has failed.
    static var isBroken: Bool { failure.load(ordering: .relaxed) != 0 }

    /// Calls `body` once a write has failed, so that a command without a reader can end.
    static func whenBroken(_ body: @escaping @Sendable () -> Void) {
        brokenHandler.withLock { $0 = body }
    }

    /// Writes text that has passed `VisibleText`.
    static func write(_ text: String) { write(bytes: text.utf8) }

    /// Writes bytes as they are: into a pipe or file only, never to a terminal.
    static func write(bytes: some Sequence<UInt8>) {
        guard !isBroken else { return }
        let number = DescriptorWriter.write(bytes, to: STDOUT_FILENO)
        if number != 0 { fail(number) }
    }

    private static func fail(_ number: Int32) {
        let (isFirst, _) = failure.compareExchange(
            expected: 0,
            desired: number,
            ordering: .relaxed
        )
        guard isFirst else { return }
        // A reader that stops early, such as `head`, is no error.
        if number != EPIPE {
            Console.note("workbench: standard output cannot be written: \(systemMessage(number))")
        }
        brokenHandler.withLock { $0 }?()
    }

    /// Throws an error with the message `consequence` if a write has failed.
    static func check(_ consequence: String) throws {
        if isBroken { throw WorkspaceError(.failed, consequence) }
    }

    /// Closes the output; returns the exit status of a command that was successful otherwise: 0, 1,
    /// or 141 if the reader of a pipe went away.
    static func finish() -> Int32 {
        // Some file systems report a full disk only when a file is closed.
        if !isBroken, close(STDOUT_FILENO) != 0, errno != EBADF { fail(errno) }
        return switch failure.load(ordering: .relaxed) {
        case 0: 0
        case EPIPE: ExitStatus.readerGone
        default: ExitStatus.failed
        }
    }
}
