import Metrics
import NIOCore
import NIOSSL

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

    /// A channel to a client for which there is no place.
    func turnAway(_ channel: any Channel, _ reason: Occupancy.Full, wrapsTLS: Bool) throws {
        meters.refused(reason.refusal)
        log.turnedAway(reason, rhost: Client(channel).remote.address)
        // A client that expects TLS would understand nothing, and too many are told nothing: each has a descriptor.
        let says = !wrapsTLS && partings.take()
        if says { channel.closeFuture.whenComplete { _ in self.partings.giveBack() } }
        try channel.pipeline.syncOperations.addHandler(
            TurnAway(saying: says ? TurnAway.reply(reason, currentPolicy.hostname) : [], patience: limits.closing))
    }
}
