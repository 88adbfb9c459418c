internal import Glibc

/// What exists under the name given for an output.
enum OutputPlace {
    /// Nothing; a file can be created at this path.
    case vacant(String)
    /// A regular file at this path, not a symbolic link.
    case file(String, stat)
    /// A device, a named pipe or a socket, to be written to.
    case special(String, stat)
    /// An open descriptor of this process, such as `/dev/stdout`.
    case descriptor(Int32)

    /// Follows symbolic links from `path`.
    init(_ path: String) throws(PlatformError) {
        guard !path.isEmpty else { throw PlatformError(.invalid, "A file needs a name.") }
        var current = path
        for _ in 0...ResolvedPath.maxLinks {
            let (folder, name) = Self.parts(current)
            guard let real = FilePaths.real(folder) else {
                throw PlatformError(
                    .invalid,
                    "\(path) cannot be written: the folder \(folder) cannot be reached "
                        + "(\(systemMessage(errno))).",
                    hint: "Make the folder first, or name another file."
                )
            }
            if Self.isOfDescriptors(real), let number = Int32(name) {
                self = .descriptor(number)
                return
            }
            let whole = real == "/" ? "/\(name)" : "\(real)/\(name)"
            var status = stat()
            guard lstat(whole, &status) == 0 else {
                guard errno == ENOENT else { throw PlatformError(writing: path, errno) }
                self = .vacant(whole)
                return
            }
            switch status.st_mode & S_IFMT {
            case S_IFLNK:
                guard let target = ResolvedPath.linkTarget(whole) else {
                    throw PlatformError(writing: path, errno)
                }
                current = target.hasPrefix("/") ? target : "\(real)/\(target)"
            case S_IFREG:
                self = .file(whole, status)
                return
            case S_IFDIR: throw PlatformError(.invalid, "\(path) is a folder; name a file.")
            default:
                self = .special(whole, status)
                return
            }
        }
        throw PlatformError(writing: path, ELOOP)
    }

    /// The folder and the last component, which is empty for the folder itself, if the name ends
    /// with a slash.
    private static func parts(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        let name = String(path[path.index(after: slash)...])
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        return (folder, name.isEmpty ? "." : name)
    }

    /// Whether a folder contains a process's own descriptors.
    private static func isOfDescriptors(_ folder: String) -> Bool {
        let parts = folder.split(separator: "/")
        return parts.first == "proc" && parts.last == "fd" && parts.count >= 3
            && parts[1] == "\(getpid())"
    }

}
