import Glibc
import NIOCore
package import Platform

/// An open file to send.
package struct ServedFile: Sendable {
    package let descriptor: Descriptor
    /// The name for the downloader.
    package let name: String
    /// Its size in bytes.
    package let size: Int

    package init(_ descriptor: Descriptor, name: String, size: Int) {
        self.descriptor = descriptor
        self.name = name
        self.size = size
    }

    private static let pieceSize = 1 << 18

    /// The file, or the part of it that the call's `Range` header requests.
    package func reply(to call: Call) -> Reply {
        // Files have no validators, so `If-Range` never matches.
        let range = call.header("If-Range") == nil ? call.header("Range") : nil
        let type = DownloadHeaders.type(of: name)
        var reply: Reply
        switch range.map({ ByteRange($0, size: size) }) ?? .all {
        case .all: reply = send(0..<size, status: 200, type)
        case .part(let part):
            reply = send(part, status: 206, type)
            reply.set("Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)")
        case .none:
            reply = Reply(status: 416)
            reply.set("Content-Type", type)
            reply.set("Content-Range", "bytes */\(size)")
        }
        reply.set("Accept-Ranges", "bytes")
        reply.set("Content-Disposition", DownloadHeaders.disposition(of: name))
        // A browser must not guess a type that it executes.
        reply.set("X-Content-Type-Options", "nosniff")
        return reply
    }

    private func send(_ part: Range<Int>, status: Int, _ type: String) -> Reply {
        .stream(status: status, type: type, length: part.count) { writer in
            var offset = part.lowerBound
            while offset < part.upperBound {
                let piece = try read(offset, min(Self.pieceSize, part.upperBound - offset))
                // The connection ends, so that clients do not take a truncated file for complete.
                guard piece.readableBytes > 0 else {
                    throw ServerError(.internalError, "\(name) was cut short.")
                }
                offset += piece.readableBytes
                try await writer.write(piece)
            }
        }
    }

    private func read(_ offset: Int, _ count: Int) throws -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        _ = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
            let done = descriptor.read(
                into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<count]),
                at: offset
            )
            guard done >= 0 else {
                let reason = systemMessage(errno)
                throw ServerError(.internalError, "\(name) cannot be read: \(reason).")
            }
            return done
        }
        return buffer
    }
}
