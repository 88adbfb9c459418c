import Glibc
import Platform

/// The few file operations that a workspace needs, with errors that name the path.
package enum Files {
    /// Creates a folder, readable by its owner alone, with those above it; an existing one is left.
    package static func makeFolder(_ path: String) throws(WorkspaceError) {
        if FilePaths.isFolder(path) { return }
        let parent = FilePaths.parent(path)
        if parent != path, !FilePaths.isFolder(parent) { try makeFolder(parent) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST && FilePaths.isFolder(path) else {
            throw failure(errno, "The folder \(path) cannot be created")
        }
    }

    /// The same for a folder below one that must be there and is never made.
    static func makeFolder(_ path: String, below root: String) throws(WorkspaceError) {
        if FilePaths.isFolder(path) { return }
        guard path != root, path.utf8.count > root.utf8.count else {
            throw failure(ENOENT, "The folder \(root) cannot be used")
        }
        try makeFolder(FilePaths.parent(path), below: root)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST && FilePaths.isFolder(path) else {
            throw failure(errno, "The folder \(path) cannot be created")
        }
    }

    /// All bytes of a file; nil where there is none.
    package static func read(_ path: String) throws(WorkspaceError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(errno, "\(path) cannot be read")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(errno, "\(path) cannot be read")
            }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// A file as text; what is not UTF-8 is replaced, and where there is no file there is no text.
    static func text(_ path: String) throws(WorkspaceError) -> String {
        String(decoding: try read(path) ?? [], as: UTF8.self)
    }

    /// Writes a file so that a reader sees the old content or the new, never a part; a symbolic
    /// link stays, and what it leads to is written.
    package static func write(_ bytes: [UInt8], to path: String) throws(WorkspaceError) {
        do {
            try OutputFile.write(bytes, to: path, replaces: true, mode: 0o600)
        } catch {
            throw WorkspaceError(error)
        }
    }

    static func append(
        _ bytes: [UInt8],
        to descriptor: Int32,
        path: String
    ) throws(WorkspaceError) {
        let number = DescriptorWriter.write(bytes, to: descriptor)
        guard number == 0 else { throw failure(number, "\(path) cannot be written") }
    }

    /// Copies a file; when this returns the copy is on the disk.
    package static func copy(_ source: String, to path: String) throws(WorkspaceError) {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw failure(errno, "\(source) cannot be read") }
        defer { close(input) }
        let output = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure(errno, "\(path) cannot be written") }
        defer { close(output) }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = Glibc.read(input, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(errno, "\(source) cannot be read")
            }
            if count == 0 { break }
            try append(Array(buffer[..<count]), to: output, path: path)
        }
        guard fsync(output) == 0 else { throw failure(errno, "\(path) cannot be written") }
    }

    /// The names in a folder, sorted; empty where there is none.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The bytes of a file, or of all files in a folder.
    static func byteCount(_ path: String) -> Int64 {
        if FilePaths.isFolder(path) {
            return names(in: path).reduce(0) { $0 + byteCount("\(path)/\($1)") }
        }
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// What changes when a file, or a file in a folder, is written.
    struct Stamp: Equatable, Sendable, Codable {
        var byteCount: Int64 = 0
        var nanoseconds = 0
    }

    /// The stamp of a file, or of all that is in a folder.
    static func stamp(_ path: String) -> Stamp {
        var status = stat()
        guard stat(path, &status) == 0 else { return Stamp() }
        // Wraps after the year 2262, which is no matter to a stamp.
        let nanoseconds = status.st_mtim.tv_sec &* 1_000_000_000 &+ status.st_mtim.tv_nsec
        var stamp = Stamp(byteCount: Int64(status.st_size), nanoseconds: nanoseconds)
        guard status.st_mode & S_IFMT == S_IFDIR else { return stamp }
        for name in names(in: path) {
            let part = Self.stamp("\(path)/\(name)")
            stamp.byteCount &+= part.byteCount
            stamp.nanoseconds = max(stamp.nanoseconds, part.nanoseconds)
        }
        return stamp
    }

    /// Removes a file, or a folder with all that is in it; what is not there is no error.
    package static func remove(_ path: String) {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            for name in names(in: path) { remove("\(path)/\(name)") }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    /// The error that an `errno` stands for.
    package static func failure(_ code: Int32, _ what: String) -> WorkspaceError {
        let reason = String(cString: strerror(code))
        return switch code {
        case ENOSPC, EDQUOT:
            WorkspaceError(
                .full,
                "\(what): the disk is full.",
                hint: "Free some room, or choose another folder with --workspace."
            )
        case EFBIG:
            WorkspaceError(
                .inaccessible,
                "\(what): \(reason).",
                hint: "Raise the limit of file sizes (`ulimit -f`)."
            )
        case EROFS, EACCES, EPERM:
            WorkspaceError(
                .inaccessible,
                "\(what): \(reason).",
                hint: "Check its permissions, or choose another folder with --workspace."
            )
        default:
            WorkspaceError(.inaccessible, "\(what): \(reason).")
        }
    }
}
