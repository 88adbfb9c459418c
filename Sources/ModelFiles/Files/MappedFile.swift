internal import CMapping
internal import Glibc
internal import Platform
internal import Synchronization

/// A file mapped into memory, read-only, for the lifetime of this object.
///
/// If another process truncates the file, or its disk fails, its bytes read as zeros: callers must
/// call `checkUnchanged` before they keep a result computed from them.
package final class MappedFile: @unchecked Sendable {
    // @unchecked because of the pointers: the mapping is read-only and ends only in deinit, and
    // `watched` is an entry of a table whose functions any thread may call.

    /// The path that it was opened with.
    let path: String
    /// The whole file.
    let bytes: UnsafeRawBufferPointer

    /// The number of mapped bytes, including the guard against reading beyond the file.
    private let mappedByteCount: Int
    private let mapping: UnsafeMutableRawPointer?
    /// The entry that records whether the file could always be read; nil if there is no file.
    private let watched: OpaquePointer?
    /// The stamp of the file when it was opened, or last found to contain the same bytes; nil if
    /// there is no file.
    private let stamp: Mutex<FileStamp?>

    /// A file in memory only; a read beyond its last byte faults at once.
    package init(copying content: [UInt8], path: String) throws(ModelFileError) {
        self.path = path
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let count = (content.count + page - 1) / page * page
        mappedByteCount = count + page
        guard
            let address = mmap(
                nil,
                mappedByteCount,
                PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS,
                -1,
                0
            ),
            address != UnsafeMutableRawPointer(bitPattern: -1)
        else { throw Self.failure(path, errno) }
        mprotect(address + count, page, PROT_NONE)
        let start = address + (count - content.count)
        content.withUnsafeBytes {
            start.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(start), byteCount: $0.count)
        }
        bytes = UnsafeRawBufferPointer(start: start, count: content.count)
        mapping = address
        watched = nil
        stamp = Mutex(nil)
    }

    /// Maps the regular file at `path`; an empty file has no bytes and is no error.
    init(path: String) throws(ModelFileError) {
        self.path = path
        // O_NONBLOCK, so that a pipe without a writer is refused instead of blocking.
        guard let file = Descriptor.open(path, O_RDONLY | O_NONBLOCK), let status = file.status
        else { throw Self.failure(path, errno) }
        guard status.kind == .file else {
            throw ModelFileError(
                .foreignFormat,
                "\(path) is not a file.",
                hint: "name the file itself"
            )
        }
        stamp = Mutex(FileStamp(status))
        let count = status.byteCount
        guard count > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            (mapping, mappedByteCount, watched) = (nil, 0, nil)
            return
        }
        guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, file.number, 0),
            address != UnsafeMutableRawPointer(bitPattern: -1)
        else { throw Self.failure(path, errno) }
        guard let entry = mapping_watch(address, count) else {
            munmap(address, count)
            throw Self.failure(path, ENOMEM)
        }
        bytes = UnsafeRawBufferPointer(start: address, count: count)
        (mapping, mappedByteCount, watched) = (address, count, entry)
    }

    /// The bytes of a file that is not kept open.
    static func read(_ path: String) throws(ModelFileError) -> [UInt8] {
        let file = try MappedFile(path: path)
        // The mapping ends with the last use of this object, which must be after that of `bytes`.
        let content = withExtendedLifetime(file) { Array(file.bytes) }
        try file.checkIntact()
        return content
    }

    deinit {
        if let watched { mapping_forget(watched) }
        if let mapping { munmap(mapping, mappedByteCount) }
    }

    private static func failure(_ path: String, _ number: Int32) -> ModelFileError {
        number == ENOENT || number == ENOTDIR
            ? ModelFileError(.notFound, "There is no file \(path).", hint: "check the path")
            : ModelFileError(
                .unreadable,
                "Could not read \(path): \(systemMessage(number)).",
                hint: "check that the file is yours to read"
            )
    }
}

// MARK: - Changes of the file

extension MappedFile {
    /// Throws if a part of the file could not be read since it was opened: everything computed from
    /// it since is invalid.
    func checkIntact() throws(ModelFileError) {
        guard let watched, mapping_is_damaged(watched) else { return }
        throw Self.changed(path)
    }

    /// Whether the file at the path is still the one that was opened, according to its stamp.
    ///
    /// Throws if a part of it could not be read.
    func isUntouched() throws(ModelFileError) -> Bool {
        try checkIntact()
        let known = stamp.withLock { $0 }
        return known == nil || FileStamp(path: path) == known
    }

    /// The stamp of the file at the path now; nil if there is none.
    var currentStamp: FileStamp? { FileStamp(path: path) }

    /// Accepts a stamp as that of the same bytes.
    func accept(_ stamp: FileStamp?) {
        guard let stamp else { return }
        self.stamp.withLock { if $0 != nil { $0 = stamp } }
    }

    /// Runs `body`, which reads files and keeps results; throws if one of them changed meanwhile.
    static func reading<Result>(_ files: [MappedFile], _ body: () throws -> Result) throws -> Result
    {
        func check() throws(ModelFileError) {
            for file in files where try !file.isUntouched() { throw changed(file.path) }
        }
        let result: Result
        do {
            result = try body()
        } catch {
            // Lost bytes of a file cannot be written elsewhere, and the system reports only that
            // error.
            try check()
            throw error
        }
        try check()
        return result
    }

    /// The error that the file is another than the one opened.
    static func changed(_ path: String) -> ModelFileError {
        ModelFileError(
            .changed,
            "The file \(path) changed while it was in use.",
            hint: "put back the file as it was, or start again with the new one"
        )
    }
}
