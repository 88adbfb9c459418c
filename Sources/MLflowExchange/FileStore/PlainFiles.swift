import Tracking
import Glibc

/// Reads folders and files of another program without following symbolic links.
enum PlainFiles {
    /// An entry of a folder.
    struct Entry {
        /// The kind of an entry.
        enum Kind {
            case folder, file, link, other
        }

        let name: String
        let kind: Kind
    }

    /// Why something could not be read.
    struct Fault: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }

        /// The error of the last system call.
        static var system: Fault { Fault(String(cString: strerror(errno))) }
    }

    /// The entries of a folder in byte order of the names; none if it is missing.
    static func entries(of folder: String) throws -> [Entry] {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return [] }
            throw Fault.system
        }
        guard let stream = fdopendir(descriptor) else {
            close(descriptor)
            throw Fault.system
        }
        defer { closedir(stream) }
        var names: [TrackingKey] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(TrackingKey(name)) }
        }
        return names.sorted().map { Entry(name: $0.text, kind: kind("\(folder)/\($0.text)")) }
    }

    private static func kind(_ path: String) -> Entry.Kind {
        var status = stat()
        guard lstat(path, &status) == 0 else { return .other }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return .folder
        case S_IFREG: return .file
        case S_IFLNK: return .link
        default: return .other
        }
    }

    /// The content of a file of at most `limit` bytes.
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ELOOP ? Fault("it is a symbolic link") : Fault.system
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Fault.system }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Fault("it is not a regular file") }
        guard status.st_size <= limit else { throw Fault("it is larger than \(limit) bytes") }
        let size = Int(status.st_size)
        return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let got = Glibc.read(
                    descriptor,
                    buffer.baseAddress?.advanced(by: count),
                    size - count
                )
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { throw Fault.system }
                if got == 0 { break }
                count += got
            }
        }
    }

    /// The text of a file of at most `limit` bytes.
    static func text(_ path: String, limit: Int) throws -> String {
        let bytes = try read(path, limit: limit)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Fault("it is not UTF-8")
        }
        guard !bytes.contains(0) else { throw Fault("it holds a NUL character") }
        return text
    }
}
