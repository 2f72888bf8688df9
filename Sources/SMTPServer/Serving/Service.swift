import Glibc
import Logging
import NIOCore
import NIOSSL
import SASL
import SMTP
import ServerSupport
import Synchronization

/// What every session is served with.
public final class Service: Sendable {
    private let policy: Mutex<Policy>
    let authenticator: any Authenticator
    let behind: (any Behind)?
    let tls: CurrentTLS?
    let limits: Limits
    let log: SessionLog
    /// Places for clients that have none, while they are told so.
    let partings = Places(mostTurnedAway)
    public static let mostTurnedAway = 32
    public let meters: Meters

    /// - Parameters:
    ///   - policy: its `offersTLS` is as `tls` says.
    ///   - behind: what takes the mail; nil where the policy refuses mail.
    ///   - tls: nil where there is no certificate.
    ///   - logger: nil where there is nobody to tell.
    ///   - authCommand: the name of the auth command's program, for the log.
    public init(
        _ policy: Policy, authenticator: any Authenticator, behind: (any Behind)? = nil, tls: CurrentTLS? = nil,
        limits: Limits = Limits(), logger: Logger?, authCommand: [UInt8] = [], meters: Meters = Meters()
    ) {
        var policy = policy
        policy.offersTLS = tls != nil
        self.policy = Mutex(policy)
        self.authenticator = authenticator
        self.behind = behind
        self.tls = tls
        self.limits = limits
        self.log = SessionLog(logger, authCommand: authCommand)
        self.meters = meters
    }

    /// What new sessions may do. Those that run keep what they began with.
    public func changePolicy(_ change: @Sendable (inout Policy) -> Void) {
        policy.withLock { change(&$0) }
    }

    /// How mail of new sessions is passed on, if it is.
    public func changePassing(_ change: @Sendable (inout Policy.Passing) -> Void) {
        changePolicy { policy in
            guard case .passed(var passing) = policy.mail else { return }
            change(&passing)
            policy.mail = .passed(passing)
        }
    }

    /// The event by which a session's channel is told that the server stops.
    public struct Draining: Sendable {
        public init() {}
    }

    /// What sessions may do now.
    public var currentPolicy: Policy { policy.withLock { $0 } }
}

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
