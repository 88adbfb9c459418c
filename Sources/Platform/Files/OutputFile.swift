internal import Glibc

/// The file that the user named for a result.
///
/// What exists under the name determines how it is written:
///
/// - Nothing, or a regular file: the result is written to a temporary file beside it, flushed to
///   the disk and renamed, so that no reader sees a part of it and a full disk leaves nothing
///   behind. An existing file keeps its mode and, if the system allows it, its owner.
/// - A symbolic link: its target is written; the link stays.
/// - A device, a named pipe, a socket, or a descriptor such as `/dev/stdout`: the bytes are written
///   to it.
/// - A folder: refused.
///
/// A regular file is replaced only on request, and never one that this process has open for
/// writing, such as the workspace's database and its log.
public struct OutputFile: Sendable {
    /// The name as given, for errors.
    public let path: String
    /// The file to write the result to, which ``publish()`` moves to its place.
    ///
    /// It exists and is empty; the writer may also replace it by another file.
    public let unfinished: String

    private let place: OutputPlace
    private let replaces: Bool
    private let companions: [String]

    /// Creates the temporary file.
    ///
    /// - Parameters:
    ///   - path: The given name.
    ///   - replaces: Whether a regular file of that name is replaced.
    ///   - mode: The mode of a new file, before the process's mask is applied.
    ///   - companions: Suffixes of files that belong to one of this name, such as `-wal`. None of
    ///     them may exist.
    ///
    /// - Throws: ``PlatformError``, with the code `exists` if something must not be replaced.
    public init(
        _ path: String,
        replaces: Bool = false,
        mode: UInt32 = 0o666,
        companions: [String] = []
    ) throws(PlatformError) {
        self.path = path
        self.replaces = replaces
        self.companions = companions
        place = try OutputPlace(path)
        let fresh: String
        var first = mode_t(mode)
        switch place {
        case .vacant(let final): fresh = FilePaths.temporary(beside: final)
        case .file(let final, let status):
            guard replaces else { throw Self.exists(path) }
            guard !OpenFiles.areWriting(FileIdentity(FileStatus(status))) else {
                throw PlatformError(
                    .exists,
                    "\(path) is in use by this program and is not replaced.",
                    hint: "Name another file."
                )
            }
            fresh = FilePaths.temporary(beside: final)
            first = 0o600
        case .special, .descriptor:
            let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
            fresh = FilePaths.temporary(beside: "\(folder.isEmpty ? "/tmp" : folder)/workbench")
            first = 0o600
        }
        if let final = place.filePath {
            for companion in companions where access(final + companion, F_OK) == 0 {
                throw PlatformError(
                    .exists,
                    "\(path)\(companion) is there, which belongs to \(path).",
                    hint: "Move both away, or name another file."
                )
            }
        }
        unfinished = fresh
        let descriptor = Glibc.open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, first)
        guard descriptor >= 0 else { throw PlatformError(writing: path, errno) }
        close(descriptor)
    }

    /// Moves ``unfinished`` to its place; the result is durable when this returns.
    ///
    /// - Parameter isCancelled: Called while a named pipe has no reader.
    public func publish(isCancelled: () -> Bool = { false }) throws(PlatformError) {
        defer { discard() }
        switch place {
        case .vacant(let final):
            try synchronize(unfinished, O_RDONLY)
            if replaces {
                try rename(to: final)
            } else {
                try link(as: final)
            }
            try synchronize(FilePaths.parent(final), O_RDONLY | O_DIRECTORY)
        case .file(let final, let status):
            Self.dress(unfinished, as: status)
            try synchronize(unfinished, O_RDONLY)
            try rename(to: final)
            try synchronize(FilePaths.parent(final), O_RDONLY | O_DIRECTORY)
        case .special, .descriptor:
            let target = try Self.opened(place, path, isCancelled)
            defer { close(target) }
            try copy(to: target)
        }
    }

    /// Removes the unpublished file and its companions.
    public func discard() {
        for ending in [""] + companions { unlink(unfinished + ending) }
    }

    /// Writes `bytes` as the whole of the file.
    ///
    /// - Throws: ``PlatformError``; see ``init(_:replaces:mode:companions:)``.
    public static func write(
        _ bytes: some Sequence<UInt8>,
        to path: String,
        replaces: Bool = false,
        mode: UInt32 = 0o666
    ) throws(PlatformError) {
        let bytes = ContiguousArray(bytes)
        let place = try OutputPlace(path)
        if place.filePath == nil {
            let target = try opened(place, path)
            defer { close(target) }
            return try put(bytes, to: target, path)
        }
        let file = try OutputFile(path, replaces: replaces, mode: mode)
        defer { file.discard() }
        let descriptor = Glibc.open(file.unfinished, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PlatformError(writing: path, errno) }
        do throws(PlatformError) {
            try put(bytes, to: descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
        // Some file systems report only now that there was no space.
        guard close(descriptor) == 0 else { throw PlatformError(writing: path, errno) }
        try file.publish()
    }
}

extension OutputPlace {
    /// The path of a regular file, existing or not; nil for special files and descriptors.
    fileprivate var filePath: String? {
        switch self {
        case .vacant(let path), .file(let path, _): path
        case .special, .descriptor: nil
        }
    }
}

extension OutputFile {
    /// Gives the file its name, unless something has that name now.
    private func link(as final: String) throws(PlatformError) {
        if Glibc.link(unfinished, final) == 0 { return }
        guard errno != EEXIST else { throw Self.exists(path) }
        // Some file systems have no links.
        guard [EPERM, EOPNOTSUPP, ENOSYS, EMLINK].contains(errno) else {
            throw PlatformError(writing: path, errno)
        }
        guard access(final, F_OK) != 0 else { throw Self.exists(path) }
        try rename(to: final)
    }

    private func rename(to final: String) throws(PlatformError) {
        guard Glibc.rename(unfinished, final) == 0 else {
            throw PlatformError(writing: path, errno)
        }
    }

    private func synchronize(_ name: String, _ flags: Int32) throws(PlatformError) {
        let descriptor = Glibc.open(name, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw PlatformError(writing: path, errno) }
        defer { close(descriptor) }
        // Not every file system supports it for a folder.
        guard fsync(descriptor) == 0 || flags & O_DIRECTORY != 0 && errno == EINVAL else {
            throw PlatformError(writing: path, errno)
        }
    }

    private func copy(to target: Int32) throws(PlatformError) {
        let source = Glibc.open(unfinished, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw PlatformError(writing: path, errno) }
        defer { close(source) }
        var buffer = ContiguousArray<UInt8>(repeating: 0, count: 1 << 18)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(source, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw PlatformError(writing: path, errno)
            }
            if count == 0 { return }
            try Self.put(buffer[..<count], to: target, path)
        }
    }

    /// Gives a file the mode of another one, and its owner and group as far as that is allowed.
    private static func dress(_ path: String, as status: stat) {
        if chown(path, status.st_uid, status.st_gid) != 0 {
            _ = chown(path, uid_t.max, status.st_gid)
        }
        chmod(path, status.st_mode & 0o7777)
    }

    private static func opened(
        _ place: OutputPlace,
        _ path: String,
        _ isCancelled: () -> Bool = { false }
    ) throws(PlatformError) -> Int32 {
        let descriptor: Int32
        switch place {
        case .descriptor(let number): descriptor = fcntl(number, F_DUPFD_CLOEXEC, 3)
        case .special(let name, let status) where status.st_mode & S_IFMT == S_IFSOCK:
            descriptor = connect(name)
        case .special(let name, let status) where status.st_mode & S_IFMT == S_IFIFO:
            descriptor = openPipe(name, isCancelled)
        case .special(let name, _), .vacant(let name), .file(let name, _):
            descriptor = Glibc.open(name, O_WRONLY | O_NOCTTY | O_CLOEXEC)
        }
        guard descriptor >= 0 else { throw PlatformError(writing: path, errno) }
        return descriptor
    }

    /// Opens a named pipe when it has a reader; -1 with `errno` if it cannot be opened.
    private static func openPipe(_ name: String, _ isCancelled: () -> Bool) -> Int32 {
        while true {
            let descriptor = Glibc.open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            if descriptor >= 0 {
                _ = fcntl(descriptor, F_SETFL, O_WRONLY)
                return descriptor
            }
            guard errno == ENXIO || errno == EINTR else { return -1 }
            guard !isCancelled() else {
                errno = ECANCELED
                return -1
            }
            usleep(20_000)
        }
    }

    /// Connects to the socket at a path; -1 with `errno` if there is none.
    private static func connect(_ name: String) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(name.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            errno = ENAMETOOLONG
            return -1
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        guard descriptor >= 0 else { return -1 }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else {
            let number = errno
            close(descriptor)
            errno = number
            return -1
        }
        return descriptor
    }

    private static func put(
        _ bytes: some Sequence<UInt8>,
        to descriptor: Int32,
        _ path: String
    ) throws(PlatformError) {
        let number = DescriptorWriter.write(bytes, to: descriptor)
        guard number == 0 else { throw PlatformError(writing: path, number) }
    }

    private static func exists(_ path: String) -> PlatformError {
        PlatformError(
            .exists,
            "\(path) exists already.",
            hint: "Add --force to replace it, or name another file."
        )
    }
}
