import NIOCore
import NIOHTTP1
import NIOPosix

/// Serves the metrics over HTTP/1.1: `GET /metrics`, one request a connection, and nothing else.
public enum MetricsServer {
    /// How many connections there may be at once; a scraper needs one. Those beyond are closed.
    public static let most = 16

    /// Takes connections from a socket that listens already.
    ///
    /// - Parameters:
    ///   - socket: owned by the server from here on.
    ///   - patience: how long a connection may take in all.
    /// - Returns: the channel that accepts.
    public static func start(
        _ metrics: ServerMetrics, on socket: NIOBSDSocket.Handle, group: any EventLoopGroup, patience: TimeAmount = .seconds(10)
    ) -> EventLoopFuture<any Channel> {
        let slots = Slots(most)
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Int32(most))
            // One at a time is taken from the kernel's queue, so that no flood of them keeps sessions waiting.
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                guard slots.take() else { return channel.eventLoop.makeFailedFuture(NoPlace()) }
                channel.closeFuture.whenComplete { _ in slots.giveBack() }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    try pipeline.addHandler(MetricsHandler(metrics, patience: patience))
                }
            }
            .withBoundSocket(socket)
    }

    private struct NoPlace: Error {}
}

/// Answers one request, then closes. What a body holds is thrown away.
final class MetricsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let metrics: ServerMetrics
    private let patience: TimeAmount
    private var head: HTTPRequestHead?
    private var deadline: Scheduled<Void>?

    /// - Parameter patience: how long the connection may take from its beginning to its end.
    init(_ metrics: ServerMetrics, patience: TimeAmount) {
        self.metrics = metrics
        self.patience = patience
    }

    func channelActive(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
        case .body:
            break
        case .end:
            guard let head else { return }
            answer(head, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let status = Self.status(head)
        let body = ByteBuffer(bytes: status == .ok ? metrics.text : Array("\(status.code) \(status.reasonPhrase)\n".utf8))
        var headers = HTTPHeaders([
            ("Content-Type", status == .ok ? PrometheusText.mediaType : "text/plain"),
            ("Content-Length", "\(body.readableBytes)"), ("Connection", "close"),
        ])
        if status == .methodNotAllowed { headers.add(name: "Allow", value: "GET") }
        context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    private static func status(_ head: HTTPRequestHead) -> HTTPResponseStatus {
        // A query after the path means nothing here, and does no harm.
        guard head.uri.prefix(while: { $0 != "?" }) == "/metrics" else { return .notFound }
        return head.method == .GET ? .ok : .methodNotAllowed
    }
}
