internal import Glibc

/// The right to do something that one process at a time may do; it ends with the process.
final class FileLock: Sendable {
    private let descriptor: Int32

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Takes the lock on the file at `path`, making the file if need be.
    ///
    /// While another has it, waits, having called `onWaiting` once, until the task is cancelled.
    static func acquire(_ path: String, onWaiting: () -> Void) async throws -> FileLock {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw AtomicFile.failure("write \(path)", errno) }
        do {
            var isWaiting = false
            while uninterrupted({ flock(descriptor, LOCK_EX | LOCK_NB) }) != 0 {
                guard errno == EWOULDBLOCK else { throw AtomicFile.failure("lock \(path)", errno) }
                if !isWaiting { onWaiting() }
                isWaiting = true
                try await Task.sleep(for: .milliseconds(50))
            }
            return FileLock(descriptor)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Lets the next one have the lock; to be called once.
    func release() {
        close(descriptor)
    }
}
