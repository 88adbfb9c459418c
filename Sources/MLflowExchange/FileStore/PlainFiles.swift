import Glibc
import Platform

/// Reads folders and files of another program without following symbolic links.
enum PlainFiles {
    /// An entry of a folder.
    struct Entry {
        let name: String
        /// Its kind; other if the system does not report it.
        let kind: FileStatus.Kind
    }

    /// Why something could not be read.
    struct Fault: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }

        /// The error of the last system call.
        static var system: Fault { Fault(systemMessage(errno)) }
    }

    /// The entries of a folder in byte order of the names; none if it is missing.
    static func entries(of folder: String) throws -> [Entry] {
        guard let opened = OpenFolder(folder, followsLink: false) else {
            if errno == ENOENT { return [] }
            throw Fault.system
        }
        guard let names = FolderListing.names(in: opened.descriptor.number) else {
            throw Fault.system
        }
        return names.map { name in
            Entry(
                name: String(decoding: name, as: UTF8.self),
                kind: opened.status(name)?.kind ?? .special
            )
        }
    }

    /// The content of a file of at most `limit` bytes.
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        guard let file = Descriptor.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) else {
            throw errno == ELOOP ? Fault("it is a symbolic link") : Fault.system
        }
        guard let status = file.status else { throw Fault.system }
        guard status.kind == .file else { throw Fault("it is not a regular file") }
        guard status.byteCount <= limit else { throw Fault("it is larger than \(limit) bytes") }
        guard let bytes = file.bytes(limit: status.byteCount) else { throw Fault.system }
        return bytes
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
