import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL

/// A client that can begin TLS whenever it likes.
final class TLSClient: Sendable {
    private let channel: any Channel
    private let received = NIOLockedValueBox<[UInt8]>([])

    init(port: Int) async throws {
        let received = received
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(received))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    /// Waits until something that contains these words came.
    func wait(for words: String) async throws {
        while !text.contains(words), channel.isActive { try await Task.sleep(for: .milliseconds(2)) }
    }

    /// - Parameters:
    ///   - name: the host name that it asks for.
    ///   - words: sent in one packet with the first bytes of TLS, before them.
    func startTLS(
        name: String? = nil, after words: String = "", _ change: (inout TLSConfiguration) -> Void = { _ in }
    ) async throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        change(&configuration)
        let context = try NIOSSLContext(configuration: configuration)
        try await channel.eventLoop.submit { [channel] in
            let handler = try NIOSSLClientHandler(context: context, serverHostname: name)
            if !words.isEmpty { channel.write(ByteBuffer(string: words), promise: nil) }
            try channel.pipeline.syncOperations.addHandler(handler, position: .first)
        }.get()
    }

    /// The certificate that the server showed.
    func peerCertificate() async throws -> NIOSSLCertificate? {
        try await channel.nioSSL_peerCertificate().get()
    }

    func close() async throws { try await channel.close().get() }

    /// As if the program had crashed: no close_notify (RFC 8446 section 6.1).
    func closeWithoutNotice() async throws {
        try await channel.eventLoop.flatSubmit { [channel] in
            let closed = channel.eventLoop.makePromise(of: Void.self)
            do {
                // From there it goes on to the socket, and not through TLS.
                try channel.pipeline.syncOperations.context(handlerType: NIOSSLClientHandler.self).close(promise: closed)
            } catch {
                closed.fail(error)
            }
            return closed.futureResult
        }.get()
    }

    /// All that came, up to the end of the session, CRLF as `|`.
    func rest() async throws -> String {
        try? await channel.closeFuture.get()
        return text
    }

    private var text: String {
        String(decoding: received.withLockedValue { $0 }, as: UTF8.self).split(separator: "\r\n").joined(separator: "|")
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let received: NIOLockedValueBox<[UInt8]>

        init(_ received: NIOLockedValueBox<[UInt8]>) { self.received = received }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            received.withLockedValue { $0 += bytes.readableBytesView }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
