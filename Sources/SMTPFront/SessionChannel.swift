import Metrics
import NIOCore
import NIOSSL

/// What a channel to a client needs to carry a session.
extension Service {
    /// - Parameters:
    ///   - client: nil where the channel knows both ends.
    ///   - wrapsTLS: whether TLS begins before anything is said (RFC 8314 section 3.3).
    ///   - greeting: when the client is greeted.
    ///   - over: kept when nothing more can happen.
    func serve(
        _ channel: any Channel, client: Client? = nil, wrapsTLS: Bool = false,
        greeting: ClientHandler.Greeting = .watching, over: EventLoopPromise<Void>? = nil
    ) throws {
        let driver = SessionDriver(self, channel, client: client ?? Client(channel), isTLS: wrapsTLS, over: over)
        if wrapsTLS, let tls { try channel.pipeline.syncOperations.addHandler(tls.makeHandler()) }
        try channel.pipeline.syncOperations.addHandler(ClientHandler(driver, wrapsTLS: wrapsTLS, greeting))
    }

    /// A channel to a client for which there is no place.
    func turnAway(_ channel: any Channel, _ reason: Meters.Refusal, wrapsTLS: Bool) throws {
        meters.refused(reason)
        try channel.pipeline.syncOperations.addHandler(
            TurnAway(reason, hostname: currentPolicy.hostname, wrapped: wrapsTLS))
    }
}
