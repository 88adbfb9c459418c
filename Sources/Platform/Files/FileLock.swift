internal import Glibc

/// A lock on an open file or folder, by `flock`: it belongs to the open file and ends when that is
/// closed, at the latest with the process.
package enum FileLock {
    /// Whether others may hold the lock as well.
    package enum Kind: Sendable {
        case shared, exclusive
    }

    /// Takes the lock if that is possible without waiting.
    ///
    /// - Returns: 0, or the `errno`: `EWOULDBLOCK` if another process holds it.
    package static func attempt(_ kind: Kind, on descriptor: Int32) -> Int32 {
        let operation = kind == .shared ? LOCK_SH : LOCK_EX
        return uninterrupted { flock(descriptor, operation | LOCK_NB) } == 0 ? 0 : errno
    }

    /// Waits for the lock.
    ///
    /// - Returns: 0, or the `errno`.
    package static func wait(_ kind: Kind, on descriptor: Int32) -> Int32 {
        let operation = kind == .shared ? LOCK_SH : LOCK_EX
        return uninterrupted { flock(descriptor, operation) } == 0 ? 0 : errno
    }

    /// Whether another open file has the lock, at least an exclusive one.
    package static func isHeld(on descriptor: Int32) -> Bool {
        attempt(.shared, on: descriptor) != 0
    }
}

/// A lock that only one process holds at a time; it ends with the process.
package final class HeldFile: Sendable {
    private let descriptor: Int32

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Locks the file at `path`, which is created if it does not exist.
    ///
    /// While another process holds the lock, calls `onWaiting` once and waits until the task is
    /// cancelled.
    package static func acquire(_ path: String, onWaiting: () -> Void) async throws -> HeldFile {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw PlatformError(writing: path) }
        do {
            var isWaiting = false
            while true {
                let number = FileLock.attempt(.exclusive, on: descriptor)
                if number == 0 { return HeldFile(descriptor) }
                guard number == EWOULDBLOCK else {
                    throw PlatformError("\(path) cannot be locked", number)
                }
                if !isWaiting { onWaiting() }
                isWaiting = true
                try await Task.sleep(for: .milliseconds(50))
            }
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Releases the lock; must be called once.
    package func release() {
        close(descriptor)
    }
}
