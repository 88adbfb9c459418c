internal import Glibc
internal import Platform

/// A file that grows as its bytes arrive, and keeps them for the next attempt.
final class PartialFile {
    let path: String
    /// How many bytes have arrived.
    private(set) var byteCount: Int
    private let file: Descriptor

    /// Opens the file with the bytes of an earlier attempt.
    init(path: String) throws(PlatformError) {
        self.path = path
        let opened = Descriptor.open(path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o644)
        guard let opened, let status = opened.status else { throw PlatformError(writing: path) }
        file = opened
        byteCount = status.byteCount
    }

    /// Appends bytes.
    func append(_ bytes: UnsafeRawBufferPointer) throws(PlatformError) {
        guard file.write(bytes) else {
            let number = errno
            // A part may have been written.
            byteCount = file.status?.byteCount ?? byteCount
            throw PlatformError(writing: path, number)
        }
        byteCount += bytes.count
    }

    /// Removes all bytes.
    func clear() throws(PlatformError) { try truncate(to: 0) }

    /// Removes the bytes after `count`.
    func truncate(to count: Int) throws(PlatformError) {
        guard file.truncate(to: count) else { throw PlatformError(writing: path) }
        byteCount = count
    }

    /// Flushes the file to the disk.
    func synchronize() throws(PlatformError) {
        guard file.synchronize() else { throw PlatformError(writing: path) }
    }
}
