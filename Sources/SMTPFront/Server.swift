import NIOCore
import NIOPosix

/// A server on a port of its own.
public struct Server: Sendable {
    private let channel: any Channel

    /// Binds and listens.
    ///
    /// - Parameters:
    ///   - group: the event loops that serve.
    ///   - threads: as many as auth commands can be waited for at once; started, and not shut down before the server.
    /// - Returns: a future that fails with `IOError` where the address cannot be had.
    public static func start(
        _ service: Service, on address: ListenAddress, group: any EventLoopGroup, threads: NIOThreadPool
    ) -> EventLoopFuture<Server> {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Inherited by each connection. When a client closes, NIO reads all that the kernel holds for us, asked or
            // not: this is the bound on it.
            .serverChannelOption(.socketOption(.so_rcvbuf), value: 64 * 1024)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096))
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(service.makeHandler(threads))
                }
            }
            .bind(to: address.address)
            .map { Server(channel: $0) }
    }

    /// Where it listens, the real port included: `127.0.0.1:2525`, `[::1]:2525`.
    public var address: String { ListenAddress.text(channel.localAddress) }

    /// The port it listens on.
    var port: Int { channel.localAddress?.port ?? 0 }

    /// Kept when the server listens no more.
    public var closed: EventLoopFuture<Void> { channel.closeFuture }

    /// Listens no more. Sessions go on.
    public func close() -> EventLoopFuture<Void> { channel.close() }
}
