import NIOCore
import SMTP
import ServerSupport

/// One session with the backend to learn what it offers: EHLO and QUIT.
public enum BackendProbe {
    /// The session could not be had, or was not one.
    public struct Failed: Error, CustomStringConvertible {
        /// Nil where it did not answer in time.
        public let failure: BackendFailure?

        public var description: String {
            switch failure {
            case nil: "no-answer"
            case .notOpened(let errno?)?: "cannot-open, errno \(errno)"
            case let failure?: "\(failure.words)"
            }
        }
    }

    /// - Parameters:
    ///   - hostname: our name, for EHLO.
    ///   - deadline: how long it may take in all.
    /// - Returns: what it offers; of that, `passedOn` is for clients. The future fails with `Failed`.
    public static func offer(
        of backend: any Backend, hostname: Hostname, within deadline: TimeAmount = .seconds(30),
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<ServiceExtensions> {
        let promise = eventLoop.makePromise(of: ServiceExtensions.self)
        let nobody = Client.End(address: [], port: nil)
        let session = MailSession(client: Client(remote: nobody, local: nobody), login: nil)
        let opened = backend.open(for: session, on: eventLoop) { channel in
            channel.eventLoop.makeCompletedFuture {
                let handler = ProbeHandler(BackendInquiry(hostname: hostname), promise)
                try channel.pipeline.syncOperations.addHandler(handler)
            }
        }
        opened.whenFailure { promise.fail(Failed(failure: .notOpened($0))) }
        let timeout = eventLoop.scheduleTask(in: deadline) { promise.fail(Failed(failure: nil)) }
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

    private var inquiry: BackendInquiry
    private let promise: EventLoopPromise<ServiceExtensions>
    private var input = InputBuffer()

    init(_ inquiry: BackendInquiry, _ promise: EventLoopPromise<ServiceExtensions>) {
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
        case .failed(let failure): promise.fail(BackendProbe.Failed(failure: failure))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(BackendProbe.Failed(failure: .ended))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
