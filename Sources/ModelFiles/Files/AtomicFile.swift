internal import Glibc

/// Writing files so that a name never stands for half of one.
enum AtomicFile {
    /// Writes `parts` one after the other to a file beside `path`, flushes it to the disk and
    /// gives it the name `path`, in place of a file that had it.
    static func write(_ parts: [[UInt8]], to path: String) throws(ModelFileError) {
        try write(to: path) { (write: Write) throws(ModelFileError) in try put(parts, write) }
    }

    /// Writes bytes to the end of a file.
    typealias Write = (UnsafeRawBufferPointer) throws(ModelFileError) -> Void

    /// The same with the parts that `body` writes.
    static func write(
        to path: String,
        _ body: (Write) throws(ModelFileError) -> Void
    ) throws(ModelFileError) {
        let aside = temporaryName(beside: path)
        do throws(ModelFileError) {
            try writeNew(to: aside, as: path, body)
            guard rename(aside, path) == 0 else { throw failure("write \(path)", errno) }
        } catch {
            unlink(aside)
            throw error
        }
        try synchronizeFolder(parent(of: path))
    }

    /// Writes a file that does not exist yet and flushes it to the disk; errors call it `name`.
    static func writeNew(
        _ parts: [[UInt8]],
        to path: String,
        as name: String? = nil
    ) throws(ModelFileError) {
        try writeNew(to: path, as: name) { (write: Write) throws(ModelFileError) in
            try put(parts, write)
        }
    }

    /// The same with the parts that `body` writes.
    static func writeNew(
        to path: String,
        as name: String? = nil,
        _ body: (Write) throws(ModelFileError) -> Void
    ) throws(ModelFileError) {
        let name = name ?? path
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("write \(name)", errno) }
        defer { close(descriptor) }
        try body { (bytes) throws(ModelFileError) in try put(bytes, to: descriptor, named: name) }
        guard fsync(descriptor) == 0 else { throw failure("write \(name)", errno) }
    }

    private static func put(_ parts: [[UInt8]], _ write: Write) throws(ModelFileError) {
        for part in parts {
            try part.span.bytes.withUnsafeBytes { (bytes) throws(ModelFileError) in
                try write(bytes)
            }
        }
    }

    /// Writes all of `bytes` to an open file, which errors call `path`.
    static func put(
        _ bytes: UnsafeRawBufferPointer,
        to descriptor: Int32,
        named path: String
    ) throws(ModelFileError) {
        var done = 0
        while done < bytes.count {
            let count = uninterrupted {
                Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            }
            guard count >= 0 else { throw failure("write \(path)", errno) }
            done += count
        }
    }

    /// Flushes a file to the disk.
    static func synchronize(_ path: String) throws(ModelFileError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open \(path)", errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("write \(path)", errno) }
    }

    /// Flushes the names in a folder to the disk.
    static func synchronizeFolder(_ path: String) throws(ModelFileError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open \(path)", errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("write \(path)", errno) }
    }

    /// A hidden name in the folder of `path` that no other process or thread uses.
    static func temporaryName(beside path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        return "\(parent(of: path))/.\(name).\(getpid())-\(UInt32.random(in: 0 ... .max))"
    }

    /// The folder that `path` lies in.
    static func parent(of path: String) -> String {
        var trimmed = Substring(path)
        while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }

    /// What a failed attempt to `action` means.
    static func failure(_ action: String, _ number: Int32) -> ModelFileError {
        number == ENOSPC || number == EDQUOT
            ? ModelFileError(
                .diskFull,
                "Could not \(action): the disk is full.",
                hint: "free some room and try again"
            )
            : ModelFileError(
                .unwritable,
                "Could not \(action): \(systemMessage(number)).",
                hint: number == EFBIG
                    ? "raise the limit of file sizes (ulimit -f)"
                    : "check that the folder exists and is yours to write"
            )
    }
}
