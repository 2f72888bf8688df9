import Glibc
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
        let delay = driver.service.timeouts.greetingDelay
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
        case is SMTPService.Draining: driver.end(.draining)
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Whatever it is (a reset, most likely), there is nobody left to tell.
        driver.failed(error)
        context.close(promise: nil)
    }
}

/// The TCP options of a client's connection that keep neither side idle. A socket that is not TCP's ignores them.
enum ClientSocket {
    /// The socket belongs to the session's channel.
    case ofChannel
    /// A channel of two descriptors (one session on standard input and output) has this one, and cannot set options of it.
    case descriptor(Int32)

    /// Acknowledges what the client has sent, now and for the next segments (TCP_QUICKACK, tcp(7)).
    ///
    /// The client has the last word of a TLS 1.3 handshake, and a resumed one of TLS 1.2. Our TLS library sends its session
    /// tickets with the first answer, so nothing goes back meanwhile, and the kernel delays the acknowledgement by 40 ms.
    /// A client whose socket does not have TCP_NODELAY holds its next command back for as long (RFC 896).
    func acknowledge(_ channel: any Channel) {
        switch self {
        case .ofChannel: channel.setOption(.tcpOption(Self.quickAcknowledgement), value: 1).whenFailure { _ in }
        case .descriptor(let number): Self.set(TCP_QUICKACK, on: number)
        }
    }

    /// Sends each of our replies as soon as it is written, also while one before it is not acknowledged. NIO sets it for the
    /// sockets that it opens itself, and Linux gives it to those that a listening socket accepts.
    static func sendAtOnce(_ descriptor: Int32) { set(TCP_NODELAY, on: descriptor) }

    static let quickAcknowledgement = NIOBSDSocket.Option(rawValue: TCP_QUICKACK)

    private static func set(_ option: Int32, on descriptor: Int32) {
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), option, &one, socklen_t(MemoryLayout<Int32>.size))
    }
}
