import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// Writes one answer; its head is sent together with the beginning of its body.
///
/// `@unchecked` because one task writes an answer, one piece after another.
final class AnswerWriter: ResponseBodyWriter, @unchecked Sendable {
    private static let maximumKept = 1 << 15

    private let outbound: NIOAsyncChannelOutboundWriter<AnswerPart>
    private var kept: [AnswerPart]
    private var keptCount = 0

    init(_ head: HTTPResponseHead, to outbound: NIOAsyncChannelOutboundWriter<AnswerPart>) {
        self.outbound = outbound
        kept = [.head(head)]
    }

    func write(_ buffer: ByteBuffer) async throws {
        guard buffer.readableBytes > 0 else { return }
        kept.append(.body(buffer))
        keptCount += buffer.readableBytes
        if keptCount > Self.maximumKept { try await flush() }
    }

    /// Sends the kept parts.
    func flush() async throws {
        let parts = kept
        (kept, keptCount) = ([], 0)
        try await outbound.write(contentsOf: parts)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {
        let parts = kept + [.end(nil)]
        kept = []
        try await outbound.write(contentsOf: parts)
    }
}

/// Converts parts to the types of the encoder.
final class AnswerParts: ChannelOutboundHandler {
    typealias OutboundIn = AnswerPart
    typealias OutboundOut = HTTPServerResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: HTTPServerResponsePart =
            switch Self.unwrapOutboundIn(data) {
            case .head(let head): .head(head)
            case .body(let buffer): .body(.byteBuffer(buffer))
            case .end(let trailers): .end(trailers)
            }
        context.write(Self.wrapOutboundOut(part), promise: promise)
    }
}
