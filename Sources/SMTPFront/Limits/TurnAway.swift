import ByteStrings
import Metrics
import NIOCore
import SMTP

/// Tells a client for which there is no place why, and closes. Nothing that it sends is read.
final class TurnAway: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let reply: [UInt8]

    /// - Parameter wrapped: whether the client expects TLS; in clear text it would understand nothing.
    init(_ reason: Meters.Refusal, hostname: Hostname, wrapped: Bool) {
        reply = wrapped ? [] : Self.reply(reason, hostname)
    }

    /// RFC 5321 section 3.8: 421 also in place of the greeting.
    static func reply(_ reason: Meters.Refusal, _ hostname: Hostname) -> [UInt8] {
        var reply = [UInt8]("421 4.7.0 ") + hostname.bytes
        switch reason {
        case .connections: reply += " too many connections, try again later\r\n"
        case .connectionsOfAddress: reply += " too many connections from your address, try again later\r\n"
        case .earlyTalker: reply += " you speak before you are greeted\r\n"
        }
        return reply
    }

    func channelActive(context: ChannelHandlerContext) {
        guard !reply.isEmpty else { return context.close(promise: nil) }
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: reply)), promise: written)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
