import NIOCore
import NIOTLS
import SMTP

/// The client's end: tells the session's driver what happens to the channel.
final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// When the client is greeted, once TLS is active where that comes first.
    enum Greeting {
        /// When it was watched for as long as the limits say.
        case watching
        /// At once: it need not be a client that can be told from others by its manners.
        case atOnce
    }

    private let driver: SessionDriver
    private let wrapsTLS: Bool
    private let greeting: Greeting

    /// - Parameter wrapsTLS: whether TLS begins before anything is said.
    init(_ driver: SessionDriver, wrapsTLS: Bool, _ greeting: Greeting) {
        self.driver = driver
        self.wrapsTLS = wrapsTLS
        self.greeting = greeting
    }

    func channelActive(context: ChannelHandlerContext) {
        driver.began()
        if wrapsTLS { context.read() } else { greet(context) }
    }

    private func greet(_ context: ChannelHandlerContext) {
        let delay = driver.service.limits.greetingDelay
        guard case .watching = greeting, delay > .zero else { return driver.greet() }
        context.read()
        context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [driver] in driver.greet() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        driver.closed()
    }

    /// Of a connection that broke before it was active, nothing else is told.
    func handlerRemoved(context: ChannelHandlerContext) {
        driver.closed()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        driver.received(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        driver.proceed()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        driver.proceed()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        // The client has said all it will. It may still read: `printf ... | smtp-auth` gets its replies.
        case ChannelEvent.inputClosed: driver.inputEnded()
        case TLSUserEvent.handshakeCompleted:
            driver.secured()
            if wrapsTLS { greet(context) }
        case is Service.Draining: driver.end(.draining)
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Whatever it is (a reset, most likely), there is nobody left to tell.
        driver.failed(error)
        context.close(promise: nil)
    }
}
