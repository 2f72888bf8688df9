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
