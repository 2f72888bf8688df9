import NIOCore
import NIOPosix

/// A server on a port of its own.
public struct Server: Sendable {
    private let channel: any Channel

    /// Binds and listens.
    ///
    /// - Parameters:
    ///   - group: the event loops that serve.
    ///   - wrapsTLS: whether TLS begins before anything is said. The service must have a certificate then.
    /// - Returns: a future that fails with `IOError` where the address cannot be had.
    public static func start(
        _ service: Service, on address: ListenAddress, group: any EventLoopGroup, wrapsTLS: Bool = false
    ) -> EventLoopFuture<Server> {
        bootstrap(service, group, wrapsTLS).serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(to: address.address).map { Server(channel: $0) }
    }

    /// Serves the clients of a socket that listens already, which is owned from here on.
    public static func start(
        _ service: Service, onListening descriptor: Int32, group: any EventLoopGroup, wrapsTLS: Bool = false
    ) -> EventLoopFuture<Server> {
        bootstrap(service, group, wrapsTLS).withBoundSocket(descriptor).map { Server(channel: $0) }
    }

    private static func bootstrap(
        _ service: Service, _ group: any EventLoopGroup, _ wrapsTLS: Bool
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            // Inherited by each connection. When a client closes, NIO reads all that the kernel holds for us, asked or
            // not: this is the bound on it.
            .serverChannelOption(.socketOption(.so_rcvbuf), value: 128 * 1024)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            // Small while commands come, large while a message does.
            .childChannelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: 65536))
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try service.serve(channel, wrapsTLS: wrapsTLS) }
            }
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
