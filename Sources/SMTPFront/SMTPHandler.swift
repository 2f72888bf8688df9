import CPlatform
import NIOCore
import SASL

/// Moves bytes between a channel and a session; what they mean, the session knows. It reads only when the session has
/// nothing left to do, so the channel must not read by itself.
final class SMTPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var session: Session
    private var lines = LineAssembler()
    private let authenticator: any Authenticator
    private let log: LoginLog
    private var remoteHost: [UInt8]
    /// Kept when nothing more can happen: the channel is closed, and no auth command runs.
    private let over: EventLoopPromise<Void>?

    private var isOpen = false
    private var hasInputEnded = false
    private var isChecking = false
    private var isProceeding = false

    /// - Parameter remoteHost: the client's address, where the channel does not know it.
    init(
        session: Session, authenticator: any Authenticator, log: LoginLog, remoteHost: [UInt8] = [],
        over: EventLoopPromise<Void>? = nil
    ) {
        self.session = session
        self.authenticator = authenticator
        self.log = log
        self.remoteHost = remoteHost
        self.over = over
    }

    func channelActive(context: ChannelHandlerContext) {
        isOpen = true
        if remoteHost.isEmpty { remoteHost = ClientAddress.text(context.channel.remoteAddress) }
        send(session.greeting, context)
        proceed(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isOpen = false
        tellIfOver()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes { bytes in
            lines.append(bytes)
            // What came may be a password, and NIO keeps the buffer for the next read. The mutable accessors would make a
            // copy, as NIO's pool holds the buffer too, and wipe that. Writing through this pointer is sound: the memory
            // is heap memory, allocated mutable; the pool does not look into it while we hold the buffer, on the one
            // thread of this event loop, and later only writes over it.
            if let start = bytes.baseAddress { explicit_bzero(UnsafeMutableRawPointer(mutating: start), bytes.count) }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        proceed(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        proceed(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The client has said all it will. It may still read: `printf … | smtp-auth` gets its replies.
        if case .some(.inputClosed) = event as? ChannelEvent {
            hasInputEnded = true
            proceed(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Whatever it is (a reset, most likely), there is nobody left to tell.
        context.close(promise: nil)
    }

    /// Gives the session the lines that are there, as long as it takes them, then asks for more.
    private func proceed(_ context: ChannelHandlerContext) {
        guard !isProceeding else { return }
        isProceeding = true
        defer { isProceeding = false }
        // A client that sends and does not read what it gets: not one more line, until it has.
        while isOpen, session.wantsInput, context.channel.isWritable {
            guard let input = lines.next() else {
                if hasInputEnded { context.close(promise: nil) } else { context.read() }
                return
            }
            act(on: session.receive(input), context)
        }
    }

    private func act(on action: consuming Session.Action, _ context: ChannelHandlerContext) {
        switch consume action {
        case .reply(let reply):
            send(reply, context)
        case .close(let reply):
            let written = context.eventLoop.makePromise(of: Void.self)
            send(reply, context, written)
            written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        case .refuse(let reply, let mechanism, let login, let reason):
            log.tell(.rejected(reason), mechanism, remoteHost: remoteHost, login)
            send(reply, context)
        case .authenticate(let claim):
            check(claim, context)
        }
    }

    private func check(_ claim: borrowing Claim, _ context: ChannelHandlerContext) {
        isChecking = true
        let (mechanism, login) = (claim.mechanism, claim.login)
        authenticator.check(claim, remoteHost: remoteHost, on: context.eventLoop).assumeIsolated().whenComplete {
            result in
            let outcome = (try? result.get()) ?? .temporary(.exitStatus(-1))
            self.isChecking = false
            self.log.tell(outcome, mechanism, remoteHost: self.remoteHost, login)
            let reply = self.session.decided(outcome)
            if self.isOpen {
                self.send(reply, context)
                self.proceed(context)
            } else {
                // The client left while we asked; the child was waited for all the same.
                self.tellIfOver()
            }
        }
    }

    private func send(_ reply: Reply, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>? = nil) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: reply.bytes)), promise: promise)
    }

    private func tellIfOver() {
        if !isOpen, !isChecking { over?.succeed() }
    }
}
