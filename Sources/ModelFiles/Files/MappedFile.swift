internal import Glibc

/// A file mapped into memory, read-only, for as long as this object lives.
package final class MappedFile: @unchecked Sendable {
    // @unchecked because of `bytes`: the mapping is read-only and ends in deinit alone.

    /// The path it was opened by.
    let path: String
    /// The whole file.
    let bytes: UnsafeRawBufferPointer

    /// How many bytes are mapped, what protects from reading behind the file included.
    private let mappedByteCount: Int
    private let mapping: UnsafeMutableRawPointer?

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
    }

    /// Maps the regular file at `path`; an empty file has no bytes and is no error.
    init(path: String) throws(ModelFileError) {
        self.path = path
        // O_NONBLOCK, so that a pipe with no writer is refused rather than waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ModelFileError(
                .foreignFormat,
                "\(path) is not a file.",
                hint: "name the file itself"
            )
        }
        let count = Int(status.st_size)
        guard count > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            (mapping, mappedByteCount) = (nil, 0)
            return
        }
        guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
            address != UnsafeMutableRawPointer(bitPattern: -1)
        else { throw Self.failure(path, errno) }
        bytes = UnsafeRawBufferPointer(start: address, count: count)
        (mapping, mappedByteCount) = (address, count)
    }

    /// A copy of the file's bytes.
    ///
    /// The mapping ends with the last use of this object, which may be before the last use of
    /// `bytes`: whoever wants the content of a file that it does not keep takes this.
    var content: [UInt8] { withExtendedLifetime(self) { Array(bytes) } }

    deinit {
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
