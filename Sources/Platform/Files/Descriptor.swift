internal import Glibc

/// An open file or folder, closed with its last reference.
package final class Descriptor: Sendable {
    package let number: Int32

    package init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// Opens a file or folder; nil on failure, with the reason in `errno`.
    ///
    /// - Parameters:
    ///   - flags: Those of `open`; `O_CLOEXEC` is always added.
    ///   - mode: The permissions of a new file.
    package static func open(
        _ path: String,
        _ flags: Int32 = O_RDONLY,
        mode: UInt32 = 0o600
    ) -> Descriptor? {
        let number = Glibc.open(path, flags | O_CLOEXEC, mode_t(mode))
        return number < 0 ? nil : Descriptor(number)
    }

    /// All bytes from the current position, at most `limit`; nil on failure, with the reason in
    /// `errno`.
    package func bytes(limit: Int = .max) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < limit {
            let count = buffer.withUnsafeMutableBytes { read(into: $0) }
            guard count > 0 else { return count == 0 ? bytes : nil }
            bytes += buffer[..<min(count, limit - bytes.count)]
        }
        return bytes
    }

    /// Reads the next bytes; their number is 0 at the end and -1 if that fails, with the reason in
    /// `errno`.
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        uninterrupted { Glibc.read(number, buffer.baseAddress, buffer.count) }
    }

    /// The same from an offset in the file.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
        uninterrupted { pread(number, buffer.baseAddress, buffer.count, off_t(offset)) }
    }

    /// Writes all bytes; false if that fails, with the reason in `errno`.
    package func write(_ bytes: some Sequence<UInt8>) -> Bool {
        errno = DescriptorWriter.write(bytes, to: number)
        return errno == 0
    }

    /// Waits until all is on the disk; false if that fails, with the reason in `errno`.
    package func synchronize() -> Bool { fsync(number) == 0 }

    /// Truncates the file to a number of bytes; false if that fails, with the reason in `errno`.
    package func truncate(to count: Int) -> Bool { ftruncate(number, off_t(count)) == 0 }

    /// Copies the first bytes of this file to another; false if that fails, with the reason in
    /// `errno`.
    package func copy(_ byteCount: Int, to target: Descriptor) -> Bool {
        var offset: off_t = 0
        while offset < off_t(byteCount) {
            let size = min(byteCount - Int(offset), 1 << 30)
            let count = uninterrupted { sendfile(target.number, number, &offset, size) }
            guard count > 0 else {
                // The file is shorter than that.
                if count == 0 { errno = EIO }
                return false
            }
        }
        return true
    }

    /// Whether a system call failed for a temporary lack of descriptors or memory.
    package static func isShortage(_ code: Int32) -> Bool {
        [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code)
    }

    /// Its kind, size and times.
    package var status: FileStatus? { FileStatus(descriptor: number) }

    /// Its path with links resolved; nil if the system does not know it.
    package var path: String? { ResolvedPath.linkTarget("/proc/self/fd/\(number)") }
}
