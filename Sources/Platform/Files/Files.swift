internal import Glibc

/// Operations on files and folders, with errors that name the path.
package enum Files {
    /// Creates a folder with its parents; an existing one is left alone.
    ///
    /// - Parameter mode: The mode of created folders; by default only for their owner.
    package static func makeFolder(_ path: String, mode: UInt32 = 0o700) throws(PlatformError) {
        if FilePaths.isFolder(path) { return }
        let parent = FilePaths.parent(path)
        if parent != path, !FilePaths.exists(parent) { try makeFolder(parent, mode: mode) }
        try makeLastFolder(path, mode)
    }

    /// The same below a folder that must exist.
    package static func makeFolder(_ path: String, below root: String) throws(PlatformError) {
        if FilePaths.isFolder(path) { return }
        guard path != root, path.utf8.count > root.utf8.count else {
            throw PlatformError("The folder \(root) cannot be used", ENOENT)
        }
        try makeFolder(FilePaths.parent(path), below: root)
        try makeLastFolder(path, 0o700)
    }

    /// Creates a folder that must not exist.
    ///
    /// - Parameter name: The name for errors, if the folder is renamed later.
    package static func makeNewFolder(
        _ path: String,
        as name: String? = nil,
        mode: UInt32 = 0o700
    ) throws(PlatformError) {
        guard mkdir(path, mode_t(mode)) == 0 else { throw PlatformError(writing: name ?? path) }
    }

    private static func makeLastFolder(_ path: String, _ mode: UInt32) throws(PlatformError) {
        if mkdir(path, mode_t(mode)) == 0 { return }
        let number = errno
        guard number == EEXIST else {
            throw PlatformError("The folder \(path) cannot be created", number)
        }
        guard FilePaths.isFolder(path) else {
            throw PlatformError("The folder \(path) cannot be created", ENOTDIR)
        }
    }

    /// The names in a folder in byte order; empty if there is no such folder.
    package static func names(in folder: String) -> [String] {
        (try? FolderListing.names(in: folder)) ?? []
    }

    /// The bytes of a file, or of all files in a folder.
    package static func byteCount(_ path: String) -> Int64 {
        if FilePaths.isFolder(path) {
            return names(in: path).reduce(0) { $0 + byteCount("\(path)/\($1)") }
        }
        return FileStatus(path).map { Int64($0.byteCount) } ?? 0
    }

    /// Renames a file or folder on the same disk, replacing a file of that name, durably.
    package static func rename(_ source: String, to target: String) throws(PlatformError) {
        guard Glibc.rename(source, target) == 0 else { throw PlatformError(writing: target) }
        try synchronize(folder: FilePaths.parent(target))
    }

    /// Gives a file a second name on the same disk, which nothing may have yet.
    package static func link(_ source: String, as name: String) throws(PlatformError) {
        guard Glibc.link(source, name) == 0 else { throw PlatformError(writing: name) }
    }

    /// Waits until a file's bytes are on the disk.
    package static func synchronize(_ path: String) throws(PlatformError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PlatformError(writing: path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw PlatformError(writing: path) }
    }

    /// Waits until the names in a folder are on the disk, if its file system supports that.
    package static func synchronize(folder path: String) throws(PlatformError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PlatformError(writing: path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw PlatformError(writing: path) }
    }

    /// Removes a file, or a folder with its contents, without following links.
    ///
    /// - Throws: ``PlatformError`` for the first item that cannot be removed; a missing one is no
    ///   error.
    package static func removeAll(_ path: String) throws(PlatformError) {
        if unlink(path) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM else {
            throw PlatformError("\(path) cannot be removed")
        }
        for name in names(in: path) { try removeAll("\(path)/\(name)") }
        guard rmdir(path) == 0 || errno == ENOENT else {
            throw PlatformError("\(path) cannot be removed")
        }
    }

    /// Removes a folder and the files with these names in it; it stays if it contains anything else.
    package static func removeFolder(_ path: String, ifItHoldsOnly names: [String]) {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    /// Removes a file or link; a folder stays.
    package static func removeFile(_ path: String) { unlink(path) }

    /// Removes as much as possible of a file or folder with its contents.
    package static func remove(_ path: String) {
        if FileStatus(path, followsLink: false)?.kind == .folder {
            for name in names(in: path) { remove("\(path)/\(name)") }
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
