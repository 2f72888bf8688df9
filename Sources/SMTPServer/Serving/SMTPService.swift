import Glibc
import Logging
import NIOCore
import NIOSSL
import SASL
import SMTP
import ServerSupport
import Synchronization

/// What every session is served with.
public final class SMTPService: Sendable {
    private let policy: Mutex<SessionPolicy>
    let authenticator: any Authenticator
    let backend: (any Backend)?
    let tls: CurrentTLS?
    let timeouts: SessionTimeouts
    let log: SessionLog
    /// Places for clients that have none, while they are told so.
    let partings = Slots(mostRejected)
    public static let mostRejected = 32
    public let metrics: ServerMetrics

    /// - Parameters:
    ///   - policy: its `offersTLS` is as `tls` says.
    ///   - backend: what takes the mail; nil where the policy refuses mail.
    ///   - tls: nil where there is no certificate.
    ///   - logger: nil where there is nobody to tell.
    ///   - authCommand: the name of the auth command's program, for the log.
    public init(
        _ policy: SessionPolicy, authenticator: any Authenticator, backend: (any Backend)? = nil, tls: CurrentTLS? = nil,
        timeouts: SessionTimeouts = SessionTimeouts(), logger: Logger?, authCommand: [UInt8] = [], metrics: ServerMetrics = ServerMetrics()
    ) {
        var policy = policy
        policy.offersTLS = tls != nil
        self.policy = Mutex(policy)
        self.authenticator = authenticator
        self.backend = backend
        self.tls = tls
        self.timeouts = timeouts
        self.log = SessionLog(logger, authCommand: authCommand)
        self.metrics = metrics
    }

    /// What new sessions may do. Those that run keep what they began with.
    public func changePolicy(_ change: @Sendable (inout SessionPolicy) -> Void) {
        policy.withLock { change(&$0) }
    }

    /// How mail of new sessions is passed on, if it is.
    public func changePassing(_ change: @Sendable (inout SessionPolicy.Passing) -> Void) {
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
    public var currentPolicy: SessionPolicy { policy.withLock { $0 } }
}

/// What a channel to a client needs to carry a session.
extension SMTPService {
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
        _ channel: any Channel, _ limiter: ConnectionLimiter, wrapsTLS: Bool, over: EventLoopPromise<Void>
    ) throws {
        let peer = IPAddress(channel.remoteAddress)
        let isOnThisMachine = peer?.isLoopback == true || peer == IPAddress(channel.localAddress)
        let proxy = ClientAddress.text(channel.remoteAddress)
        let handler = ProxyHandler(
            patience: timeouts.proxyHeader, mayNameLoopback: isOnThisMachine,
            refused: { fault in
                self.metrics.refused(.proxyHeader)
                self.log.proxyHeader(fault, proxy: proxy)
            },
            read: { origin in
                // The proxy's own connections are bounded in all only.
                guard case .client(let source, let destination) = origin else {
                    return try self.serve(channel, wrapsTLS: wrapsTLS, over: over)
                }
                let client = Client(remote: Client.End(source), local: Client.End(destination), proxy: proxy)
                if let reason = limiter.count(source, until: over.futureResult) {
                    over.succeed()
                    return try self.reject(channel, reason, client: client, wrapsTLS: wrapsTLS)
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
    func reject(_ channel: any Channel, _ reason: ConnectionLimiter.Full, client: Client? = nil, wrapsTLS: Bool) throws {
        metrics.refused(reason.refusal)
        log.rejected(reason, rhost: (client ?? Client(channel)).remote.address)
        // A client that expects TLS would understand nothing, and too many are told nothing: each has a descriptor.
        let says = !wrapsTLS && partings.take()
        if says { channel.closeFuture.whenComplete { _ in self.partings.giveBack() } }
        try channel.pipeline.syncOperations.addHandler(
            RejectionHandler(saying: says ? RejectionHandler.reply(reason, currentPolicy.hostname) : [], patience: timeouts.closing))
    }
}
