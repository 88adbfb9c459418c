internal import CNcurses
internal import Glibc
internal import Platform

/// Wakes the thread that waits for input; any thread may.
public final class Waker: Sendable {
    let descriptor: Int32

    init() throws {
        descriptor = guard_open_event()
        guard descriptor >= 0 else {
            throw TerminalNcursesError(.system, "no event descriptor could be opened (\(errno)).")
        }
    }

    deinit { close(descriptor) }

    /// Makes the waiting thread return with `.wake`; several calls before that count as one.
    public func wake() { guard_wake(descriptor) }

    /// Resets the signal; true if there was one.
    func take() -> Bool {
        var count: UInt64 = 0
        return read(descriptor, &count, MemoryLayout<UInt64>.size) > 0
    }
}
