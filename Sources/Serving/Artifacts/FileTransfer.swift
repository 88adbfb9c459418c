import Glibc
import HTTPTypes
import Hummingbird
import NIOCore

/// Moves artifacts between requests and files, a piece at a time.
enum FileTransfer {
    private static let pieceSize = 1 << 18

    /// Writes a request's body to a file.
    static func receive(
        _ request: Request,
        into upload: Upload,
        atMost limit: Int
    ) async throws {
        let tooLarge = WireError(.tooLarge, "The file is larger than \(limit) bytes.")
        // One that is announced need not be sent.
        let announced = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard announced <= limit else { throw tooLarge }
        var count = 0
        for try await piece in request.body {
            count += piece.readableBytes
            guard count <= limit else { throw tooLarge }
            if let failure = piece.withUnsafeReadableBytes({ upload.append($0) }) { throw failure }
        }
    }

    /// A file, or the part of it that a `Range` header asks for.
    static func send(_ file: ArtifactFolder.File, _ request: Request) -> Response {
        var headers: HTTPFields = [
            .contentType: DownloadHeaders.type(of: file.name), .acceptRanges: "bytes",
            .contentDisposition: DownloadHeaders.disposition(of: file.name),
        ]
        // What a model wrote must not be run by a browser, whatever it looks like.
        if let options = HTTPField.Name("X-Content-Type-Options") { headers[options] = "nosniff" }
        // Whether a file is still the one of an earlier part is not known: `If-Range` is never met.
        let range = request.headers[.ifRange] == nil ? request.headers[.range] : nil
        let part: Range<Int>
        var status = HTTPResponse.Status.ok
        switch range.map({ ByteRange($0, size: file.size) }) ?? .all {
        case .all: part = 0..<file.size
        case .part(let asked):
            part = asked
            status = .partialContent
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(file.size)"
        case .none:
            headers[.contentRange] = "bytes */\(file.size)"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
        let body = ResponseBody(contentLength: part.count) { writer in
            var offset = part.lowerBound
            while offset < part.upperBound {
                let count = min(pieceSize, part.upperBound - offset)
                let piece = try read(file.descriptor, offset, count)
                // A file that shrank meanwhile ends the connection, so that nobody takes it as whole.
                guard piece.readableBytes > 0 else {
                    throw WireError(.internalError, "\(file.name) was cut short.")
                }
                offset += piece.readableBytes
                try await writer.write(piece)
            }
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
    }

    private static func read(_ file: Descriptor, _ offset: Int, _ count: Int) throws -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        _ = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
            let done = pread(file.number, bytes.baseAddress, count, off_t(offset))
            guard done >= 0 else { throw ArtifactFolder.failure("The artifact") }
            return done
        }
        return buffer
    }
}
