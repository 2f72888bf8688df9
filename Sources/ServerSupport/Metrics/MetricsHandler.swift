import NIOCore
import NIOHTTP1

/// Answers one request, then closes. What a body holds is thrown away.
final class MetricsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let meters: Meters
    private let patience: TimeAmount
    private var head: HTTPRequestHead?
    private var deadline: Scheduled<Void>?

    /// - Parameter patience: how long the connection may take from its beginning to its end.
    init(_ meters: Meters, patience: TimeAmount) {
        self.meters = meters
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
        let body = ByteBuffer(bytes: status == .ok ? meters.text : Array("\(status.code) \(status.reasonPhrase)\n".utf8))
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
