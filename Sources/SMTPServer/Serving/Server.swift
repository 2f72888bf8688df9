import Glibc
import NIOCore
import NIOPosix
import PrivilegeSeparation
import ServerSupport

/// A server on a port of its own.
public struct Server: Sendable {
    /// What accepts connections.
    public let channel: any Channel

    /// Serves the clients of a socket that listens already, which is owned from here on.
    ///
    /// - Parameters:
    ///   - group: the event loops that serve.
    ///   - occupancy: how many connections there may be; shared with other servers.
    ///   - wrapsTLS: whether TLS begins before anything is said. The service must have a certificate then.
    ///   - proxies: the peers that say by the PROXY protocol who the client is; each of their connections must.
    public static func start(
        _ service: SMTPService, onListening descriptor: Int32, group: any EventLoopGroup,
        limiter: ConnectionLimiter = ConnectionLimiter(most: .max, mostPerAddress: .max), wrapsTLS: Bool = false,
        proxies: [AddressPrefix] = []
    ) -> EventLoopFuture<Server> {
        bootstrap(service, group, limiter, wrapsTLS, proxies).withBoundSocket(descriptor).map { channel in
            // NIO has made it listen anew, with room for 128: whoever finds none tries again a second later.
            listen(descriptor, ListeningSocket.backlog)
            return Server(channel: channel)
        }
    }

    private static func bootstrap(
        _ service: SMTPService, _ group: any EventLoopGroup, _ limiter: ConnectionLimiter, _ wrapsTLS: Bool,
        _ proxies: [AddressPrefix]
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            // Small while commands come, large while a message does.
            .childChannelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: 262144))
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let over = channel.eventLoop.makePromise(of: Void.self)
                    let peer = IPAddress(channel.remoteAddress)
                    let isProxy = peer.map { peer in proxies.contains { $0.contains(peer) } } ?? false
                    let full =
                        isProxy
                        ? limiter.enterProxy(channel, until: over.futureResult)
                        : limiter.enter(channel, until: over.futureResult)
                    if let reason = full {
                        over.succeed()
                        try service.reject(channel, reason, wrapsTLS: wrapsTLS)
                    } else if isProxy {
                        try service.serveProxy(channel, limiter, wrapsTLS: wrapsTLS, over: over)
                    } else {
                        try service.serve(channel, wrapsTLS: wrapsTLS, over: over)
                    }
                }
            }
    }

    /// The port it listens on.
    var port: Int { channel.localAddress?.port ?? 0 }

    /// Kept when the server listens no more.
    public var closed: EventLoopFuture<Void> { channel.closeFuture }

    /// Listens no more. Sessions go on.
    public func close() -> EventLoopFuture<Void> { channel.close() }
}
