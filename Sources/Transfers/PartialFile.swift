internal import Glibc
internal import Platform

/// A file that grows as its bytes arrive, and keeps them for the next attempt.
final class PartialFile {
    let path: String
    /// How many bytes have arrived.
    private(set) var byteCount: Int
    private let descriptor: Int32

    /// Opens the file with what an earlier attempt left in it.
    init(path: String) throws(PlatformError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw PlatformError(writing: path) }
        byteCount = Int(lseek(descriptor, 0, SEEK_END))
        guard byteCount >= 0 else {
            close(descriptor)
            throw PlatformError(writing: path)
        }
    }

    deinit { close(descriptor) }

    /// Adds bytes at the end.
    func append(_ bytes: UnsafeRawBufferPointer) throws(PlatformError) {
        let number = DescriptorWriter.write(bytes, to: descriptor)
        guard number == 0 else {
            // A part may have been written.
            byteCount = max(byteCount, Int(lseek(descriptor, 0, SEEK_CUR)))
            throw PlatformError(writing: path, number)
        }
        byteCount += bytes.count
    }

    /// Forgets what has arrived.
    func clear() throws(PlatformError) { try truncate(to: 0) }

    /// Forgets what has arrived behind so many bytes.
    func truncate(to count: Int) throws(PlatformError) {
        guard ftruncate(descriptor, off_t(count)) == 0,
            lseek(descriptor, off_t(count), SEEK_SET) == off_t(count)
        else { throw PlatformError(writing: path) }
        byteCount = count
    }

    /// Flushes the file to the disk.
    func synchronize() throws(PlatformError) {
        guard fsync(descriptor) == 0 else { throw PlatformError(writing: path) }
    }
}
