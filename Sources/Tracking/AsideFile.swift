import Glibc

/// A file that is written beside its place and put there once it is whole.
struct AsideFile {
    /// Where it will lie.
    let path: String
    /// Where it is written.
    let unfinished: String

    /// Makes an empty file that only its owner may read.
    ///
    /// - Throws: `TrackingError` when something lies at `path`, or beside it something that
    ///   SQLite would take for a part of it.
    init(for path: String, mark: String) throws {
        for suffix in ["", "-wal", "-journal"] {
            var status = stat()
            guard lstat(path + suffix, &status) != 0 else { throw Self.exists(path + suffix) }
        }
        self.path = path
        unfinished = "\(path).unfinished-\(mark)"
        let descriptor = open(unfinished, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failed(to: "make", unfinished) }
        Glibc.close(descriptor)
    }

    /// Puts the file in its place, on the disk, without ever replacing another.
    func publish() throws {
        try Self.sync(unfinished, O_RDONLY)
        if link(unfinished, path) != 0 {
            // Some file systems have no links.
            guard [EPERM, EOPNOTSUPP, ENOSYS].contains(errno), access(path, F_OK) != 0 else {
                throw errno == EEXIST || access(path, F_OK) == 0
                    ? Self.exists(path) : Self.failed(to: "make", path)
            }
            guard rename(unfinished, path) == 0 else { throw Self.failed(to: "make", path) }
        }
        unlink(unfinished)
        let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "."
        try Self.sync(folder, O_RDONLY | O_DIRECTORY)
    }

    /// Removes what was not published.
    func discard() {
        for suffix in ["", "-wal", "-journal", "-shm"] { unlink(unfinished + suffix) }
    }

    private static func sync(_ path: String, _ flags: Int32) throws {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw failed(to: "open", path) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failed(to: "write", path) }
    }

    private static func exists(_ path: String) -> TrackingError {
        TrackingError(
            .alreadyExists,
            "\(path) exists already.",
            hint: "name a file that does not exist, or move that one away"
        )
    }

    private static func failed(to verb: String, _ path: String) -> TrackingError {
        let error = errno
        return TrackingError(
            error == ENOSPC || error == EDQUOT ? .diskFull : .cannotOpen,
            "Cannot \(verb) \(path): \(String(cString: strerror(error))).",
            hint: error == ENOSPC || error == EDQUOT
                ? "free some space and try again"
                : "check that its folder exists and may be written"
        )
    }
}
