import CheckpwdCore
import NIOCore
import NIOPosix
import NIOSSL
import SASL

/// A login to an SMTP server, tried over the network.
public struct Probe: Sendable {
    private let target: Target
    private let security: Dialogue.Security
    private let trust: Trust
    private let timeout: TimeAmount

    /// - Parameter seconds: how long connecting may take, and how long all the rest.
    public init(_ target: Target, security: Dialogue.Security, trust: Trust, seconds: Int) {
        self.target = target
        self.security = security
        self.trust = trust
        timeout = .seconds(Int64(seconds))
    }

    /// Connects, logs in, and says goodbye.
    ///
    /// - Parameters:
    ///   - mechanism: nil for one that suits the connection.
    ///   - hostname: what EHLO says.
    ///   - show: is told what is said, on another thread, while it is.
    /// - Throws: `rejected` where the server refuses the login or lacks what was asked for; `temporary` where it is not
    ///   reached, known, or able to answer, or breaks the protocol.
    public func logIn(
        _ login: LoginName, _ secret: consuming Secret, mechanism: Mechanism?, hostname: [UInt8],
        show: @escaping @Sendable (Spoken) -> Void
    ) throws(Failure) {
        let tls = security == .none ? nil : try trust.context()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        let outcome = group.next().makePromise(of: Void.self)
        let carrier = Carrier(
            Dialogue(login: login, secret: secret, mechanism: mechanism, security: security, hostname: hostname))
        let (security, trust, target) = (security, trust, target)
        let connecting = ClientBootstrap(group: group)
            .connectTimeout(timeout)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.autoRead, value: false)
            .connect(host: target.host, port: target.port)
            // Only now: a name may have several addresses, and each that is tried has a channel.
            .flatMapThrowing { channel in
                let makeTLS = {
                    try NIOSSLClientHandler(context: tls!, serverHostname: target.isAddress ? nil : target.host)
                }
                if security == .tls { try channel.pipeline.syncOperations.addHandler(makeTLS()) }
                try channel.pipeline.syncOperations.addHandler(
                    ProbeHandler(carrier.take(), trust: trust, makeTLS: makeTLS, outcome: outcome, show: show))
                return channel
            }
        connecting.whenFailure { error in
            outcome.fail(Failure.temporary(Trouble.cause(of: error, at: target)))
        }
        connecting.whenSuccess { [timeout] channel in
            channel.setOption(.autoRead, value: true).whenFailure { _ in channel.close(promise: nil) }
            channel.eventLoop.scheduleTask(in: timeout) {
                channel.pipeline.fireUserInboundEventTriggered(ProbeHandler.Deadline())
            }
        }
        let result = Result { try outcome.futureResult.wait() }
        guard case .failure(let error) = result else { return }
        throw error as? Failure ?? .temporary(Cause(.connectionLost))
    }
}

/// Hands a dialogue over to the event loop's thread, once.
private final class Carrier: @unchecked Sendable {
    // Sound: it is taken once, by the one channel that is connected, after it was put here.
    private var dialogue: Dialogue?

    init(_ dialogue: consuming Dialogue) {
        self.dialogue = consume dialogue
    }

    func take() -> Dialogue { dialogue.take()! }
}
