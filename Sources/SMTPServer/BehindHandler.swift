import NIOCore
import SMTP

/// One connection to the one behind.
final class BehindHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let link: BehindLink
    private var context: ChannelHandlerContext?
    private var hasLeft = false
    private var isOver = false

    init(_ link: BehindLink) {
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
    func isGone(_ loss: Loss) {
        guard !isOver else { return }
        isOver = true
        link.isOver(self, loss)
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
