import CheckpwdCore
import NIOCore
import SMTP
import ServerSupport
import Synchronization

/// Tells a client for which there is no place why, and closes. What it sends is not looked at.
final class RejectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let reply: [UInt8]
    private let patience: TimeAmount
    private var deadline: Scheduled<Void>?

    /// - Parameters:
    ///   - reply: in place of the greeting (RFC 5321 section 3.8); no bytes to say nothing.
    ///   - patience: how long the client has to take it.
    init(saying reply: [UInt8], patience: TimeAmount) {
        self.reply = reply
        self.patience = patience
    }

    static func reply(_ reason: ConnectionLimiter.Full, _ hostname: Hostname) -> [UInt8] {
        var reply = [UInt8]("421 4.7.0 ") + hostname.bytes
        switch reason {
        case .connections: reply += " too many connections, try again later\r\n"
        case .connectionsOfAddress: reply += " too many connections from your address, try again later\r\n"
        }
        return reply
    }

    func channelActive(context: ChannelHandlerContext) {
        guard !reply.isEmpty else { return context.close(promise: nil) }
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.close(promise: nil) }
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: reply)), promise: written)
        written.futureResult.assumeIsolated().whenComplete { _ in
            // Were it closed while something of the client's is unread, the kernel would reset the connection, and the
            // reply might be lost with it.
            context.close(mode: .output, promise: nil)
            context.read()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.read() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

/// What the log is told of clients for which there was no place: for each reason one line in ten seconds, and in it how many
/// had none. A flood must not be one of the log, too.
final class RejectionLog: Sendable {
    private struct Silence {
        var until: NIODeadline
        /// How many were turned away since the last line.
        var unlogged = 0
    }

    private static let pause = TimeAmount.seconds(10)
    private let silences = Mutex<[ConnectionLimiter.Full: Silence]>([:])

    /// - Returns: keys in this order: turned-away, rhost, unlogged where others were not logged before; nil where this one
    ///   is not logged either.
    func line(_ reason: ConnectionLimiter.Full, rhost: [UInt8], at now: NIODeadline = .now()) -> LogLine? {
        let unlogged: Int? = silences.withLock { silences in
            if let silence = silences[reason], now < silence.until {
                silences[reason]?.unlogged += 1
                return nil
            }
            let unlogged = silences[reason]?.unlogged ?? 0
            silences[reason] = Silence(until: now + Self.pause)
            return unlogged
        }
        guard let unlogged else { return nil }
        var line = LogLine()
        line.add("turned-away", reason.words)
        line.add("rhost", rhost)
        if unlogged > 0 { line.add("unlogged", [UInt8](decimal: unlogged)) }
        return line
    }
}
