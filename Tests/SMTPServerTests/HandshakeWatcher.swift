import NIOConcurrencyHelpers
import NIOCore
import NIOTLS

/// Looks at a server's channel in the very moment in which it has dealt with the end of a TLS handshake.
final class HandshakeWatcher: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let look: @Sendable (any Channel) -> Int
    private let seen: EventLoopPromise<Int>

    private init(_ seen: EventLoopPromise<Int>, _ look: @escaping @Sendable (any Channel) -> Int) {
        self.seen = seen
        self.look = look
    }

    /// - Returns: what is seen at the end of the channel's next handshake.
    static func watch(
        _ channel: any Channel, _ look: @escaping @Sendable (any Channel) -> Int
    ) async throws -> EventLoopFuture<Int> {
        let seen = channel.eventLoop.makePromise(of: Int.self)
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.addHandler(HandshakeWatcher(seen, look), position: .first)
        }.get()
        channel.closeFuture.whenComplete { _ in seen.fail(ChannelError.eof) }
        return seen.futureResult
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        if case TLSUserEvent.handshakeCompleted = event { seen.succeed(look(context.channel)) }
    }
}
