internal import Glibc

/// A lock on a file that names the process that holds it, until it is released or the process ends.
///
/// `flock` belongs to the open file, which the kernel closes when the process ends. Programs that
/// inherit the descriptor hold the lock too, as long as one of them lives.
package final class OwnerLock: Sendable {
    private let path: String
    private let file: Guarded<Int32?>

    private init(path: String, descriptor: Int32) {
        self.path = path
        file = Guarded(descriptor)
    }

    deinit { release() }

    /// Takes the lock and writes this process's number into it; nil if another process holds it.
    ///
    /// Creates the file and its folder, but not the folder of that.
    package static func take(_ path: String) throws(PlatformError) -> OwnerLock? {
        // A process that checks the lock holds a shared lock for some microseconds: try again.
        for attempt in 0..<20 {
            if attempt > 0 { usleep(2000) }
            if let descriptor = try open(path) {
                return OwnerLock(path: path, descriptor: descriptor)
            }
        }
        return nil
    }

    /// The open file, for programs to inherit; nil once it is released.
    package var descriptor: Int32? { file.withLock { $0 } }

    /// Frees the lock and removes the file; a second call does nothing.
    package func release() {
        file.withLock { file in
            guard let descriptor = file else { return }
            // Removed while it is locked, so that nobody locks a file that is about to be removed.
            if Self.isSameFile(descriptor, path) { unlink(path) }
            close(descriptor)
            file = nil
        }
    }

    /// Makes the file again if it was removed; false if that fails, or if another process has made
    /// one.
    package func renew() -> Bool {
        file.withLock { file in
            guard let descriptor = file else { return false }
            if Self.isSameFile(descriptor, path) { return true }
            guard let again = (try? Self.open(path)) ?? nil else { return false }
            close(descriptor)
            file = again
            return true
        }
    }

    /// The process that holds the lock; nil if it is free, 0 if its number is not known.
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

    /// The file, locked, with this process's number in it; nil if another process holds it.
    private static func open(_ path: String) throws(PlatformError) -> Int32? {
        mkdir(FilePaths.parent(path), 0o700)
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw PlatformError("\(path) cannot be created", errno) }
        guard FileLock.attempt(.exclusive, on: descriptor) == 0, isSameFile(descriptor, path) else {
            close(descriptor)
            return nil
        }
        // ext4 writes a file to the disk when it is closed after it was truncated.
        if lseek(descriptor, 0, SEEK_END) > 0 {
            ftruncate(descriptor, 0)
            lseek(descriptor, 0, SEEK_SET)
        }
        do throws(PlatformError) {
            try Files.append("\(getpid())\n".utf8, to: descriptor, path: path)
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Whether the path still names the open file, and not one made after this was removed.
    private static func isSameFile(_ descriptor: Int32, _ path: String) -> Bool {
        FileIdentity(descriptor: descriptor).map { $0 == FileIdentity(path) } ?? false
    }
}
