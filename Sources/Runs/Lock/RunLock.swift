import Glibc
import Platform

/// The lock of a run, held by the process that executes it until it ends or dies.
///
/// No process executes a run whose lock is free, whatever its row says. The file in `locks/` tells
/// other processes that this one has ended. The run's own folder is locked too, so that a run stays
/// locked if `locks/` is emptied or not copied.
package final class RunLock: Sendable {
    private let file: OwnerLock
    private let folder = Guarded<Int32?>(nil)

    private init(_ file: OwnerLock) { self.file = file }

    deinit { release() }

    /// Frees the lock; a second call does nothing.
    package func release() {
        folder.withLock { folder in
            if let folder { close(folder) }
            folder = nil
        }
        file.release()
    }

    /// Takes the lock and writes this process's number into it; nil if another process holds it.
    package static func take(_ path: String) throws(RunError) -> RunLock? {
        do throws(PlatformError) {
            return try OwnerLock.take(path).map(RunLock.init)
        } catch {
            throw RunError(error)
        }
    }

    /// Locks the run's own folder too; false if another process holds it.
    package func take(folder: String) throws(RunError) -> Bool {
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw RunError(PlatformError("\(folder) cannot be opened", errno))
        }
        for attempt in 0..<20 {
            if attempt > 0 { usleep(2000) }
            guard FileLock.attempt(.exclusive, on: descriptor) == 0 else { continue }
            self.folder.withLock { held in
                if let held { close(held) }
                held = descriptor
            }
            return true
        }
        close(descriptor)
        return false
    }

    /// Makes the lock's file again if it was removed; false if that fails, or if another process has
    /// made one.
    package func renew() -> Bool { file.renew() }

    /// Whether the folder at a path is the one that is locked.
    package func holds(folder path: String) -> Bool {
        folder.withLock { held in
            guard let held else { return false }
            return FileIdentity(descriptor: held).map { $0 == FileIdentity(path) } ?? false
        }
    }

    /// The process that holds the lock; nil if it is free.
    package static func holder(of path: String) -> Int32? { OwnerLock.holder(of: path) }

    /// Whether a process has locked a run's own folder.
    package static func isHeld(folder: String) -> Bool {
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return FileLock.isHeld(on: descriptor)
    }
}
