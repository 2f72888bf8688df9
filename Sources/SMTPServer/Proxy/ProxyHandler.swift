import NIOCore
import ServerSupport

/// Reads the header of a proxy's connection, before the greeting and before TLS, then makes way for the session.
final class ProxyHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let patience: TimeAmount
    private let mayNameLoopback: Bool
    private let whenRefused: (ProxyHeader.Fault) -> Void
    private let whenRead: (ProxyHeader.Origin) throws -> Void
    private let whenGone: () -> Void
    private var header = ProxyHeader()
    private var deadline: Scheduled<Void>?
    private var isOver = false

    /// - Parameters:
    ///   - patience: how long the header may take.
    ///   - mayNameLoopback: whether a client may have a loopback address. Servers trust those, and only a proxy on this
    ///     machine can have such a client.
    ///   - refused: called before a connection without a good header is closed.
    ///   - read: called with what the header says; it adds the handlers of the session.
    ///   - gone: called if the connection ends without a session.
    init(
        patience: TimeAmount, mayNameLoopback: Bool, refused: @escaping (ProxyHeader.Fault) -> Void,
        read: @escaping (ProxyHeader.Origin) throws -> Void, gone: @escaping () -> Void
    ) {
        self.patience = patience
        self.mayNameLoopback = mayNameLoopback
        whenRefused = refused
        whenRead = read
        whenGone = gone
    }

    /// The handlers after this one learn of it when the header is there.
    func channelActive(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { self.refuse(.timeout, context) }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        var bytes = unwrapInboundIn(data)
        while let byte: UInt8 = bytes.readInteger() {
            switch header.take(byte) {
            case .more: continue
            case .refused(let fault): return refuse(fault, context)
            case .done(let origin): return begin(origin, rest: bytes, context)
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isOver { context.fireChannelReadComplete() } else { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard !isOver else { return context.fireUserInboundEventTriggered(event) }
        switch event {
        case ChannelEvent.inputClosed: end(context)
        case is SMTPService.Draining: context.close(promise: nil)
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isOver { context.fireChannelInactive() } else { end(context) }
    }

    /// Of a connection that broke before it was active, too.
    func handlerRemoved(context: ChannelHandlerContext) {
        guard !isOver else { return }
        stop()
        whenGone()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isOver { context.fireErrorCaught(error) } else { context.close(promise: nil) }
    }

    /// The proxy sends no more. One that sent nothing only looked whether the port answers.
    private func end(_ context: ChannelHandlerContext) {
        if header.isEmpty { context.close(promise: nil) } else { refuse(.incomplete, context) }
    }

    private func refuse(_ fault: ProxyHeader.Fault, _ context: ChannelHandlerContext) {
        guard !isOver else { return }
        stop()
        whenRefused(fault)
        whenGone()
        context.close(promise: nil)
    }

    private func begin(_ origin: ProxyHeader.Origin, rest: ByteBuffer, _ context: ChannelHandlerContext) {
        if case .client(let source, _) = origin, !mayNameLoopback, IPAddress(source)?.isLoopback == true {
            return refuse(.loopbackSource, context)
        }
        stop()
        do {
            try whenRead(origin)
        } catch {
            return context.close(promise: nil)
        }
        context.fireChannelActive()
        // What came in the same packet is the client's: TLS, or SMTP. The end of this read is the channel's to tell.
        if rest.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(rest)) }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func stop() {
        isOver = true
        deadline?.cancel()
    }
}
