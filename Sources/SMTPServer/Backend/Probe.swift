import NIOCore
import SMTP

/// One session with the one behind to learn what it offers: EHLO and QUIT.
public enum Probe {
    /// The session could not be had, or was not one.
    public struct Failed: Error, CustomStringConvertible {
        /// Nil where it did not answer in time.
        public let loss: Loss?

        public var description: String {
            switch loss {
            case nil: "no-answer"
            case .notOpened(let errno?)?: "cannot-open, errno \(errno)"
            case let loss?: "\(loss.words)"
            }
        }
    }

    /// - Parameters:
    ///   - hostname: our name, for EHLO.
    ///   - deadline: how long it may take in all.
    /// - Returns: what it offers; of that, `passedOn` is for clients. The future fails with `Failed`.
    public static func offer(
        of behind: any Behind, hostname: Hostname, within deadline: TimeAmount = .seconds(30),
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<Offer> {
        let promise = eventLoop.makePromise(of: Offer.self)
        let nobody = Client.End(address: [], port: nil)
        let session = MailSession(client: Client(remote: nobody, local: nobody), login: nil)
        let opened = behind.open(for: session, on: eventLoop) { channel in
            channel.eventLoop.makeCompletedFuture {
                let handler = ProbeHandler(Inquiry(hostname: hostname), promise)
                try channel.pipeline.syncOperations.addHandler(handler)
            }
        }
        opened.whenFailure { promise.fail(Failed(loss: .notOpened($0))) }
        let timeout = eventLoop.scheduleTask(in: deadline) { promise.fail(Failed(loss: nil)) }
        promise.futureResult.whenComplete { _ in
            timeout.cancel()
            opened.whenSuccess { $0.close(promise: nil) }
        }
        return promise.futureResult
    }
}

/// Moves the bytes of a probe.
private final class ProbeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var inquiry: Inquiry
    private let promise: EventLoopPromise<Offer>
    private var input = Intake()

    init(_ inquiry: Inquiry, _ promise: EventLoopPromise<Offer>) {
        self.inquiry = inquiry
        self.promise = promise
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { context.read() }
    }

    func channelActive(context: ChannelHandlerContext) { context.read() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        input.append(unwrapInboundIn(data), context.channel.allocator)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        var consumed = 0
        let step = input.withBytes { inquiry.receive($0, consumed: &consumed) }
        input.wipe(consumed)
        switch step {
        case .more: context.read()
        case .send(let command):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: command)), promise: nil)
            context.read()
        case .learnt(let offer):
            // The promise's keeper closes.
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "QUIT\r\n"))).assumeIsolated().whenComplete { _ in
                self.promise.succeed(offer)
            }
        case .failed(let loss): promise.fail(Probe.Failed(loss: loss))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(Probe.Failed(loss: .ended))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
