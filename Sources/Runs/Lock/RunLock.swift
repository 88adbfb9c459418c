import Glibc
import Platform

/// The lock of a run, held by the process that executes it until it ends or dies.
///
/// `flock` belongs to the open file, which the kernel closes when the process ends: no process
/// executes a run whose lock is free, whatever its row says. The file in `locks/` tells other
/// processes that this one has ended. The run's own folder is locked too, so that a run stays locked if
/// `locks/` is emptied or not copied.
package final class RunLock: Sendable {
    private struct Held {
        var file: Int32?
        var folder: Int32?
    }

    private let path: String
    private let held: Guarded<Held>

    private init(path: String, descriptor: Int32) {
        self.path = path
        held = Guarded(Held(file: descriptor))
    }

    deinit { release() }

    /// Frees the lock; a second call does nothing.
    package func release() {
        held.withLock { held in
            if let folder = held.folder { close(folder) }
            if let file = held.file {
                // Removed while it is locked, so that nobody locks a file that is about to be removed.
                if Self.isSameFile(file, path) { unlink(path) }
                close(file)
            }
            held = Held()
        }
    }

    /// Takes the lock and writes this process's number into it; nil if another process holds it.
    package static func take(_ path: String) throws(RunError) -> RunLock? {
        // A process that checks the lock holds a shared lock for some microseconds: try again.
        for attempt in 0..<20 {
            if attempt > 0 { usleep(2000) }
            if let descriptor = try open(path) {
                return RunLock(path: path, descriptor: descriptor)
            }
        }
        return nil
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
            held.withLock { held in
                if let former = held.folder { close(former) }
                held.folder = descriptor
            }
            return true
        }
        close(descriptor)
        return false
    }

    /// Makes the lock's file again if it was removed; false if that fails, or if another process has
    /// made one.
    package func renew() -> Bool {
        held.withLock { held in
            guard let file = held.file else { return false }
            if Self.isSameFile(file, path) { return true }
            guard let again = (try? Self.open(path)) ?? nil else { return false }
            close(file)
            held.file = again
            return true
        }
    }

    /// Whether the folder at a path is the one that is locked.
    package func holds(folder: String) -> Bool {
        held.withLock { held in
            guard let descriptor = held.folder else { return false }
            return Self.isSameFile(descriptor, folder)
        }
    }

    /// The process that holds the lock; nil if it is free.
    package static func holder(of path: String) -> Int32? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard FileLock.isHeld(on: descriptor) else { return nil }
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = max(0, read(descriptor, &buffer, buffer.count))
        let digits = buffer[..<count].prefix { (48...57).contains($0) }
        return Int32(String(decoding: digits, as: UTF8.self)) ?? 0
    }

    /// Whether a process has locked a run's own folder.
    package static func isHeld(folder: String) -> Bool {
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return FileLock.isHeld(on: descriptor)
    }

    /// The lock's file, locked, with this process's number in it; nil if another process holds it.
    private static func open(_ path: String) throws(RunError) -> Int32? {
        // Makes `locks/` again, but never the workspace.
        mkdir(FilePaths.parent(path), 0o700)
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw RunError(PlatformError("\(path) cannot be created", errno))
        }
        guard FileLock.attempt(.exclusive, on: descriptor) == 0, isSameFile(descriptor, path) else {
            close(descriptor)
            return nil
        }
        ftruncate(descriptor, 0)
        do throws(PlatformError) {
            try Files.append("\(getpid())\n".utf8, to: descriptor, path: path)
        } catch {
            close(descriptor)
            throw RunError(error)
        }
        return descriptor
    }

    /// Whether the path still names the open file, and not one made after this was removed.
    private static func isSameFile(_ descriptor: Int32, _ path: String) -> Bool {
        FileIdentity(descriptor: descriptor).map { $0 == FileIdentity(path) } ?? false
    }
}
