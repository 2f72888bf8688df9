import NIOCore
import NIOTLS
import SMTP

/// The client's end: tells the session's driver what happens to the channel.
final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// When the client is greeted.
    enum Greeting {
        /// When it was watched for as long as the limits say.
        case watching
        /// At once: it need not be a client that can be told from others by its manners.
        case atOnce
        /// When TLS is active, which it is before anything is said.
        case afterHandshake
    }

    private let driver: SessionDriver
    private let greeting: Greeting

    init(_ driver: SessionDriver, _ greeting: Greeting) {
        self.driver = driver
        self.greeting = greeting
    }

    func channelActive(context: ChannelHandlerContext) {
        driver.began()
        switch greeting {
        case .atOnce: driver.greet()
        case .afterHandshake: context.read()
        case .watching:
            let delay = driver.service.limits.greetingDelay
            guard delay > .zero else { return driver.greet() }
            context.read()
            context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [driver] in driver.greet() }
        }
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
            if case .afterHandshake = greeting { driver.greet() } else { driver.secured() }
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
