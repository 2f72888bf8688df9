import NIOCore
import NIOHTTP1
import NIOPosix

/// Serves the meters over HTTP/1.1: `GET /metrics`, one request a connection, and nothing else.
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
        _ meters: Meters, on socket: NIOBSDSocket.Handle, group: any EventLoopGroup, patience: TimeAmount = .seconds(10)
    ) -> EventLoopFuture<any Channel> {
        let places = Places(most)
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Int32(most))
            // One at a time is taken from the kernel's queue, so that no flood of them keeps sessions waiting.
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                guard places.take() else { return channel.eventLoop.makeFailedFuture(NoPlace()) }
                channel.closeFuture.whenComplete { _ in places.giveBack() }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    try pipeline.addHandler(MetricsHandler(meters, patience: patience))
                }
            }
            .withBoundSocket(socket)
    }

    private struct NoPlace: Error {}
}
