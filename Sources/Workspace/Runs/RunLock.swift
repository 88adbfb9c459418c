import Glibc

/// The lock of a run, held by the process that executes it until it ends or dies.
///
/// `flock` belongs to the open file, and the kernel closes that at death: a run whose lock is free
/// is not executed by anybody, whatever the store says.
package final class RunLock: Sendable {
    private let path: String
    private let descriptor: Guarded<Int32?>

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = Guarded(descriptor)
    }

    deinit { release() }

    /// Frees the lock; a second time does nothing.
    package func release() {
        descriptor.withLock { descriptor in
            guard let held = descriptor else { return }
            descriptor = nil
            // Gone before it is free, so that nobody locks a file that is about to be removed.
            unlink(path)
            close(held)
        }
    }

    /// Takes the lock and writes this process into it; nil where another one holds it.
    package static func take(_ path: String) throws(WorkspaceError) -> RunLock? {
        // Whoever looks holds a shared lock for some microseconds, so one refusal says nothing.
        for attempt in 0..<20 {
            if attempt > 0 { usleep(2000) }
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw Files.failure(errno, "\(path) cannot be created") }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0, isSameFile(descriptor, path) {
                ftruncate(descriptor, 0)
                try Files.append(Array("\(getpid())\n".utf8), to: descriptor, path: path)
                return RunLock(path: path, descriptor: descriptor)
            }
            close(descriptor)
        }
        return nil
    }

    /// The process that holds the lock; nil where it is free.
    package static func holder(of path: String) -> Int32? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = max(0, read(descriptor, &buffer, buffer.count))
        let digits = buffer[..<count].prefix { (48...57).contains($0) }
        return Int32(String(decoding: digits, as: UTF8.self)) ?? 0
    }

    /// Whether the path still names the open file, and not one made after this was removed.
    private static func isSameFile(_ descriptor: Int32, _ path: String) -> Bool {
        var opened = stat()
        var named = stat()
        return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0
            && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
    }
}
