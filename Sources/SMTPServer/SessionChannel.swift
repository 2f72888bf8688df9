import NIOCore
import NIOSSL
import ServerSupport

/// What a channel to a client needs to carry a session.
extension Service {
    /// - Parameters:
    ///   - socket: how its TCP options are set.
    ///   - client: nil where the channel knows both ends.
    ///   - wrapsTLS: whether TLS begins before anything is said (RFC 8314 section 3.3).
    ///   - greeting: when the client is greeted.
    ///   - over: completed when nothing more can happen.
    func serve(
        _ channel: any Channel, _ socket: ClientSocket = .ofChannel, client: Client? = nil, wrapsTLS: Bool = false,
        greeting: ClientHandler.Greeting = .watching, over: EventLoopPromise<Void>
    ) throws {
        let driver = SessionDriver(self, channel, socket, client: client ?? Client(channel), wrapsTLS: wrapsTLS, over: over)
        do {
            if wrapsTLS, let tls { try channel.pipeline.syncOperations.addHandler(tls.makeHandler()) }
            try channel.pipeline.syncOperations.addHandler(ClientHandler(driver, wrapsTLS: wrapsTLS, greeting))
        } catch {
            over.fail(error)
            throw error
        }
    }

    /// A channel to a proxy, which says first who the client is.
    func serveProxy(
        _ channel: any Channel, _ occupancy: Occupancy, wrapsTLS: Bool, over: EventLoopPromise<Void>
    ) throws {
        let peer = IPAddress(channel.remoteAddress)
        let isOnThisMachine = peer?.isLoopback == true || peer == IPAddress(channel.localAddress)
        let proxy = ClientAddress.text(channel.remoteAddress)
        let handler = ProxyHandler(
            patience: limits.proxyHeader, mayNameLoopback: isOnThisMachine,
            refused: { fault in
                self.meters.refused(.proxyHeader)
                self.log.proxyHeader(fault, proxy: proxy)
            },
            read: { origin in
                // The proxy's own connections are bounded in all only.
                guard case .client(let source, let destination) = origin else {
                    return try self.serve(channel, wrapsTLS: wrapsTLS, over: over)
                }
                let client = Client(remote: Client.End(source), local: Client.End(destination), proxy: proxy)
                if let reason = occupancy.count(source, until: over.futureResult) {
                    over.succeed()
                    return try self.turnAway(channel, reason, client: client, wrapsTLS: wrapsTLS)
                }
                try self.serve(channel, client: client, wrapsTLS: wrapsTLS, over: over)
            },
            gone: { over.succeed() })
        do {
            try channel.pipeline.syncOperations.addHandler(handler)
        } catch {
            over.fail(error)
            throw error
        }
    }

    /// A channel to a client for which there is no place.
    func turnAway(_ channel: any Channel, _ reason: Occupancy.Full, client: Client? = nil, wrapsTLS: Bool) throws {
        meters.refused(reason.refusal)
        log.turnedAway(reason, rhost: (client ?? Client(channel)).remote.address)
        // A client that expects TLS would understand nothing, and too many are told nothing: each has a descriptor.
        let says = !wrapsTLS && partings.take()
        if says { channel.closeFuture.whenComplete { _ in self.partings.giveBack() } }
        try channel.pipeline.syncOperations.addHandler(
            TurnAway(saying: says ? TurnAway.reply(reason, currentPolicy.hostname) : [], patience: limits.closing))
    }
}
