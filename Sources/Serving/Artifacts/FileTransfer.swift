import Glibc
import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix

/// Moves artifacts between requests and files, a piece at a time.
enum FileTransfer {
    private static let pieceSize = 1 << 18

    /// Writes a request's body to a file: aside first, then renamed into its place.
    static func receive(
        _ body: RequestBody,
        to path: String,
        atMost limit: Int
    ) async throws {
        // A name of its own length: the target's may be as long as a name can be.
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        let aside = "\(folder).\(UInt64.random(in: 0...UInt64.max)).part"
        let file = try open(aside, O_WRONLY | O_CREAT | O_EXCL)
        do {
            var count = 0
            for try await piece in body {
                count += piece.readableBytes
                guard count <= limit else {
                    throw WireError(.badRequest, "The file is larger than \(limit) bytes.")
                }
                try write(piece, to: file)
            }
            guard fsync(file) == 0, rename(aside, path) == 0 else { throw failure() }
        } catch {
            close(file)
            unlink(aside)
            throw error
        }
        close(file)
    }

    /// A file, or the part of it that a `Range` header asks for.
    static func send(_ path: String, range header: String?) throws -> Response {
        let owner = OpenFile(try open(path, O_RDONLY))
        var entry = stat()
        guard fstat(owner.descriptor, &entry) == 0, entry.st_mode & S_IFMT == S_IFREG else {
            throw WireError(.doesNotExist, "There is no such artifact.")
        }
        let size = Int(entry.st_size)
        var headers: HTTPFields = [
            .contentType: "application/octet-stream", .acceptRanges: "bytes",
            // What a model wrote must not be run by a browser that shows it.
            .contentDisposition: "attachment",
        ]
        if let options = HTTPField.Name("X-Content-Type-Options") { headers[options] = "nosniff" }
        var part = 0..<size
        var status = HTTPResponse.Status.ok
        if let header {
            guard let asked = ByteRange.parse(header, size: size) else {
                headers[.contentRange] = "bytes */\(size)"
                return Response(status: .rangeNotSatisfiable, headers: headers)
            }
            part = asked
            status = .partialContent
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"
        }
        let wanted = part
        let body = ResponseBody(contentLength: wanted.count) { writer in
            var offset = wanted.lowerBound
            while offset < wanted.upperBound {
                let start = offset
                let count = min(pieceSize, wanted.upperBound - start)
                let piece = try read(owner.descriptor, start, count)
                // A file that shrank meanwhile ends the connection, so that nobody takes it as whole.
                guard piece.readableBytes > 0 else { throw failure() }
                offset += piece.readableBytes
                try await writer.write(piece)
            }
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
    }

    private static func open(_ path: String, _ flags: Int32) throws -> Int32 {
        let file = Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure() }
        return file
    }

    private static func read(_ file: Int32, _ offset: Int, _ count: Int) throws -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        _ = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
            let done = pread(file, bytes.baseAddress, count, off_t(offset))
            guard done >= 0 else { throw failure() }
            return done
        }
        return buffer
    }

    private static func write(_ piece: ByteBuffer, to file: Int32) throws {
        try piece.withUnsafeReadableBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(
                    file,
                    UnsafeRawBufferPointer(rebasing: rest).baseAddress,
                    rest.count
                )
                guard count > 0 else { throw failure() }
                rest = rest.dropFirst(count)
            }
        }
    }

    private static func failure() -> WireError {
        switch errno {
        case ENOSPC, EDQUOT: WireError(.storageFull, "No room is left on the device.")
        case ENOENT, ENOTDIR, ELOOP: WireError(.doesNotExist, "There is no such artifact.")
        case ENAMETOOLONG, EISDIR, EINVAL:
            WireError(.invalidParameter, String(cString: strerror(errno)))
        default: WireError(.internalError, String(cString: strerror(errno)))
        }
    }
}

/// Closes a file when nobody reads it any more.
private final class OpenFile: Sendable {
    let descriptor: Int32
    init(_ descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }
}

/// `Range: bytes=…`, one range of it.
package enum ByteRange {
    /// The part asked for; nil where there is none such.
    package static func parse(_ header: String, size: Int) -> Range<Int>? {
        guard header.hasPrefix("bytes=") else { return 0..<size }
        let parts = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, !header.contains(",") else { return 0..<size }
        if parts[0].isEmpty {
            guard let last = Int(parts[1]), last > 0, size > 0 else { return nil }
            return max(0, size - last)..<size
        }
        guard let first = Int(parts[0]), first >= 0, first < size else { return nil }
        guard !parts[1].isEmpty else { return first..<size }
        guard let last = Int(parts[1]), last >= first else { return nil }
        return first..<(last >= size ? size : last + 1)
    }
}
