import Hummingbird
import NIOCore
import NIOHTTP1
import Platform

/// A part of what a client sends.
typealias CallPart = HTTPServerRequestPart
/// A part of what is sent back.
typealias AnswerPart = HTTPPart<HTTPResponseHead, ByteBuffer>

/// The parts that arrive over a connection, read by one task at a time.
///
/// `@unchecked` because of the iterator: the connection's task reads calls from it, and the call being
/// answered reads its body.
final class CallStream: @unchecked Sendable {
    private var parts: NIOAsyncChannelInboundStream<CallPart>.AsyncIterator

    init(_ parts: NIOAsyncChannelInboundStream<CallPart>.AsyncIterator) { self.parts = parts }

    func next() async throws -> CallPart? { try await parts.next() }
}

/// The body of a call, piece by piece.
///
/// A client that waits before it sends the body (`Expect: 100-continue`) is told to continue when the
/// first piece is read. So a client whose call is refused sends nothing.
///
/// `@unchecked` because the connection's task uses it only before and after the call is answered.
final class CallBody: AsyncSequence, @unchecked Sendable {
    typealias Element = ByteBuffer

    private let stream: CallStream
    private let outbound: NIOAsyncChannelOutboundWriter<AnswerPart>
    private var isAwaited: Bool
    /// The number of bytes that the client has announced and not sent; nil if it announced none.
    private var left: Int?
    private(set) var isComplete = false
    private var isBroken = false

    init(
        of head: HTTPRequestHead,
        from stream: CallStream,
        to outbound: NIOAsyncChannelOutboundWriter<AnswerPart>
    ) {
        self.stream = stream
        self.outbound = outbound
        isAwaited =
            head.version.minor > 0
            && head.headers["expect"].contains { $0.lowercased() == "100-continue" }
        let isChunked = head.headers.contains(name: "transfer-encoding")
        left =
            isChunked
            ? nil : head.headers.first(name: "content-length").map { Int($0) ?? .max } ?? 0
        if left == 0 { isAwaited = false }
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        let body: CallBody
        func next() async throws -> ByteBuffer? { try await body.next() }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: self) }

    private func next() async throws -> ByteBuffer? {
        guard !isComplete else { return nil }
        guard !isBroken else { throw ServerError(.badRequest, "The body was not whole.") }
        if isAwaited {
            isAwaited = false
            try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
        }
        do {
            switch try await stream.next() {
            case .body(let piece):
                if let left { self.left = Swift.max(0, left - piece.readableBytes) }
                return piece
            case .end:
                isComplete = true
                return nil
            case nil, .head:
                isBroken = true
                throw ServerError(.badRequest, "The connection ended within the body.")
            }
        } catch let error as HTTPParserError {
            isBroken = true
            throw ServerError(.badRequest, "The body is not valid HTTP: \(error).")
        } catch {
            isBroken = true
            throw error
        }
    }

    // MARK: - Unread bodies

    private static let maximumSkipped = 1 << 20

    /// Whether the rest is short enough to be read and dropped, so that the next call can follow.
    var canBeSkipped: Bool {
        isComplete || !isBroken && !isAwaited && (left.map { $0 <= Self.maximumSkipped } ?? false)
    }

    /// Reads and drops the rest of the body.
    func skip() async throws { while try await next() != nil {} }

    /// Reads and drops everything until the client closes its side.
    func drain() async {
        while let _ = try? await stream.next() {}
    }
}
