import NIOCore
import Platform

/// Pauses accepting connections when the system is out of descriptors.
///
/// The listening socket stays readable, so the loop would otherwise try to accept the next connection
/// again and again.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let length = TimeAmount.milliseconds(250)

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, Descriptor.isShortage(error.errnoCode) else {
            context.fireErrorCaught(error)
            return
        }
        let channel = context.channel
        channel.setOption(.autoRead, value: false).whenComplete { _ in
            channel.eventLoop.scheduleTask(in: Self.length) {
                _ = channel.setOption(.autoRead, value: true)
            }
        }
    }
}
