import Glibc
import NIOCore
import NIOPosix
import PrivilegeSeparation
import SMTP

/// The session's way to the backend: there may be none yet, and one after another, but never two at once that
/// matter.
final class BackendLink {
    var driver: SessionDriver?
    private let backend: (any Backend)?
    private let patience: TimeAmount
    private var current: BackendHandler?
    /// Was let go, and may not be closed.
    private var former: BackendHandler?
    /// How many ways are not closed.
    private var open = 0

    /// - Parameter patience: how long the backend has to close the connection after QUIT.
    init(_ backend: (any Backend)?, patience: TimeAmount) {
        self.backend = backend
        self.patience = patience
    }

    var isGone: Bool { open == 0 }

    var isWritable: Bool { current?.isWritable ?? true }

    func open(_ session: MailSession, on eventLoop: any EventLoop) {
        guard let backend else {
            driver?.backendIsGone(.notOpened(errno: nil))
            return
        }
        // Two descriptors are all that a session has.
        former?.close()
        former = nil
        let handler = BackendHandler(self)
        current = handler
        open += 1
        let bound = NIOLoopBound(handler, eventLoop: eventLoop)
        backend.open(for: session, on: eventLoop) { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
        }.assumeIsolated().whenComplete { result in
            switch result {
            case .failure(let error): handler.isGone(.notOpened(error))
            case .success: self.read()
            }
        }
    }

    func read() { current?.read() }

    func write(_ bytes: ByteBuffer) { current?.write(bytes) }

    /// Lets the backend go. What it still says is nobody's.
    ///
    /// - Parameter saysQuit: whether it waits for a command. Never where it reads a message: QUIT would be a part of it.
    func leave(saying saysQuit: Bool) {
        guard let current else { return }
        current.leave(saying: saysQuit, patience: patience)
        former = current
        self.current = nil
    }

    // What a way tells.

    func replied(_ handler: BackendHandler, _ bytes: ByteBuffer) {
        if handler === current { driver?.replied(bytes) }
    }

    func proceed(_ handler: BackendHandler) {
        if handler === current { driver?.proceed() }
    }

    /// Told once by each way.
    func isOver(_ handler: BackendHandler, _ failure: BackendFailure) {
        open -= 1
        if handler === former { former = nil }
        if handler === current {
            driver?.backendIsGone(failure)
            if handler === current { current = nil }
        } else {
            driver?.tellIfOver()
        }
    }
}

/// One connection to the backend.
final class BackendHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let link: BackendLink
    private var context: ChannelHandlerContext?
    private var hasLeft = false
    private var isOver = false

    init(_ link: BackendLink) {
        self.link = link
    }

    var isWritable: Bool { context?.channel.isWritable ?? true }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) { begin(context) }

    private func begin(_ context: ChannelHandlerContext) {
        // The session may have ended while this was opened. Not to be closed earlier: NIO expects a channel that is being
        // set up to be open.
        if hasLeft { context.close(promise: nil) } else { context.read() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        isGone(.ended)
    }

    /// It is closed, or could not be opened.
    func isGone(_ failure: BackendFailure) {
        guard !isOver else { return }
        isOver = true
        link.isOver(self, failure)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        link.replied(self, unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if hasLeft { context.read() } else { link.proceed(self) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        link.proceed(self)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Whatever it is (a reset, most likely), there is nobody left to talk to.
        context.close(promise: nil)
    }

    func read() { context?.read() }

    func write(_ bytes: ByteBuffer) {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    func close() { context?.close(promise: nil) }

    func leave(saying saysQuit: Bool, patience: TimeAmount) {
        hasLeft = true
        guard let context else { return }
        guard saysQuit, context.channel.isActive else {
            context.close(promise: nil)
            return
        }
        write(ByteBuffer(string: "QUIT\r\n"))
        context.read()
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: patience) { bound.value.context?.close(promise: nil) }
    }
}

extension BackendFailure {
    /// Why the backend cannot be had, as far as that is an errno(3). It is none where a host's name is not known.
    static func notOpened(_ error: any Error) -> BackendFailure { .notOpened(errno: errno(of: error)) }

    private static func errno(of error: any Error) -> Int32? {
        switch error {
        case let error as IOError: error.errnoCode
        case let error as ParentLink.NotOpened: error.errno
        case ChannelError.connectTimeout: ETIMEDOUT
        case let error as NIOConnectionError: error.connectionErrors.last.flatMap { errno(of: $0.error) }
        default: nil
        }
    }
}
