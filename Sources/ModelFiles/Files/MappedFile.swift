internal import CMapping
internal import Glibc
internal import Platform
internal import Synchronization

/// A file mapped into memory, read-only, for as long as this object lives.
///
/// If somebody cuts the file short, or its disk fails, its bytes read as zeros from then on:
/// whoever computes with them asks `checkUnchanged` before it keeps what came of it.
package final class MappedFile: @unchecked Sendable {
    // @unchecked because of the pointers: the mapping is read-only and ends in deinit alone, and
    // `watched` is an entry of a table whose functions any thread may call.

    /// The path it was opened by.
    let path: String
    /// The whole file.
    let bytes: UnsafeRawBufferPointer

    /// How many bytes are mapped, what protects from reading behind the file included.
    private let mappedByteCount: Int
    private let mapping: UnsafeMutableRawPointer?
    /// What says whether the file could be read whenever it was; nil where there is no file.
    private let watched: OpaquePointer?
    /// What the file was when it was opened, or when it was last found to hold the same bytes; nil
    /// where there is none.
    private let stamp: Mutex<FileStamp?>

    /// A file that is only in memory; a read behind its last byte is a fault at once.
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
        // O_NONBLOCK, so that a pipe with no writer is refused rather than waited for.
        guard let file = Descriptor.open(path, O_RDONLY | O_NONBLOCK), let status = file.status
        else { throw Self.failure(path, errno) }
        guard status.kind == .file else {
            throw ModelFileError(
                .foreignFormat,
                "\(path) is not a file.",
                hint: "name the file itself"
            )
        }
        stamp = Mutex(FileStamp(descriptor: file.number))
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
        // The mapping ends with the last use of this object, which has to be after that of `bytes`.
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

// MARK: - Whether it is still what was opened

extension MappedFile {
    /// Throws where a part of the file could not be read since it was opened: what was computed
    /// with it since is worthless.
    func checkIntact() throws(ModelFileError) {
        guard let watched, mapping_is_damaged(watched) else { return }
        throw Self.changed(path)
    }

    /// Whether the file at the path is still the one that was opened, as far as its entry says.
    ///
    /// Throws where a part of it could not be read.
    func isUntouched() throws(ModelFileError) -> Bool {
        try checkIntact()
        let known = stamp.withLock { $0 }
        return known == nil || FileStamp(path: path) == known
    }

    /// What the file at the path is now; nil where there is none.
    var currentStamp: FileStamp? { FileStamp(path: path) }

    /// Takes a stamp for that of the same bytes.
    func accept(_ stamp: FileStamp?) {
        guard let stamp else { return }
        self.stamp.withLock { if $0 != nil { $0 = stamp } }
    }

    /// Runs what reads files and keeps what it reads; throws where one of them changed meanwhile.
    static func reading<Result>(_ files: [MappedFile], _ body: () throws -> Result) throws -> Result
    {
        func check() throws(ModelFileError) {
            for file in files where try !file.isUntouched() { throw changed(file.path) }
        }
        let result: Result
        do {
            result = try body()
        } catch {
            // Bytes that a file has lost cannot be written elsewhere, and the system says only that.
            try check()
            throw error
        }
        try check()
        return result
    }

    /// That the file is another than was opened.
    static func changed(_ path: String) -> ModelFileError {
        ModelFileError(
            .changed,
            "The file \(path) changed while it was in use.",
            hint: "put back the file as it was, or start again with the new one"
        )
    }
}
