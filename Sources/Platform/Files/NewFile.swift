internal import Glibc

/// A file that is being created.
package struct NewFile: ~Copyable, Sendable {
    private let descriptor: Int32
    private let name: String

    /// Creates the file, which must not exist.
    ///
    /// - Parameters:
    ///   - name: The name for errors, if the file is renamed later.
    ///   - replaces: Whether an existing file is overwritten in place.
    package init(
        _ path: String,
        as name: String? = nil,
        mode: UInt32 = 0o600,
        replaces: Bool = false
    ) throws(PlatformError) {
        self.name = name ?? path
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (replaces ? O_TRUNC : O_EXCL)
        descriptor = open(path, flags, mode_t(mode))
        guard descriptor >= 0 else { throw PlatformError(writing: self.name) }
    }

    deinit { close(descriptor) }

    /// Appends bytes.
    package borrowing func append(_ bytes: some Sequence<UInt8>) throws(PlatformError) {
        try Files.append(bytes, to: descriptor, path: name)
    }

    /// Waits until the bytes are on the disk.
    package borrowing func finish() throws(PlatformError) {
        guard fsync(descriptor) == 0 else { throw PlatformError(writing: name) }
    }
}

extension NewFile {
    /// Writes a temporary file beside `path`, flushes it to the disk and renames it to `path`,
    /// replacing an existing file.
    package static func replace(
        _ path: String,
        mode: UInt32 = 0o644,
        _ body: (borrowing NewFile) throws(PlatformError) -> Void
    ) throws(PlatformError) {
        let aside = FilePaths.temporary(beside: path)
        do throws(PlatformError) {
            let file = try NewFile(aside, as: path, mode: mode)
            try body(file)
            try file.finish()
            guard rename(aside, path) == 0 else { throw PlatformError(writing: path) }
        } catch {
            unlink(aside)
            throw error
        }
        try Files.synchronize(folder: FilePaths.parent(path))
    }
}
