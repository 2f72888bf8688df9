import CheckpwdCore
import NIOCore
import PrivilegeSeparation
import SASL
import SMTP
import ServerSupport

/// Checks authentication attempts without blocking an event loop.
public protocol Authenticator: Sendable {
    /// How many attempts are checked at once, and for how long, is the authenticator's to bound.
    func check(_ attempt: AuthenticationAttempt, of client: Client, on eventLoop: any EventLoop) -> PendingCheck
}

/// An attempt that is being checked, or was.
public struct PendingCheck: Sendable {
    /// What comes of it; never fails.
    public let outcome: EventLoopFuture<AuthResult>
    /// Its number, by which the backend program is started for who logged in; nil where whoever checks keeps no books.
    public let ticket: UInt64?
    private let whenForgotten: @Sendable () -> Void

    /// - Parameter whenForgotten: called when nobody waits for it or relies on it any more, perhaps more than once.
    public init(
        _ outcome: EventLoopFuture<AuthResult>, ticket: UInt64? = nil, whenForgotten: @escaping @Sendable () -> Void = {}
    ) {
        self.outcome = outcome
        self.ticket = ticket
        self.whenForgotten = whenForgotten
    }

    /// The client is gone, or has to log in anew.
    func forget() { whenForgotten() }
}

/// Has the parent process run the auth command. How many run at once, and how long, is the parent's to say.
public struct ParentAuthenticator: Authenticator {
    private let link: ParentLink
    private let order: FieldOrder

    public init(_ link: ParentLink, fieldsIn order: FieldOrder) {
        self.link = link
        self.order = order
    }

    public func check(_ attempt: AuthenticationAttempt, of client: Client, on eventLoop: any EventLoop) -> PendingCheck {
        guard let credentials = CredentialBytes.of(attempt, in: order) else {
            return PendingCheck(eventLoop.makeSucceededFuture(.rejected(.tooLong)))
        }
        let promise = eventLoop.makePromise(of: AuthResult.self)
        let ticket = link.check(credentials, method: [UInt8](attempt.mechanism.name), ConnectionEnvironment(client)) {
            promise.succeed(AuthResult($0))
        }
        return PendingCheck(promise.futureResult, ticket: ticket) { [link] in link.forget(ticket) }
    }
}

extension AuthResult {
    /// What the parent's answer stands for.
    init(_ checked: CheckResult) {
        switch checked {
        case .ended(let status): self.init(exitStatus: status)
        case .cannotStart(let errno): self = .temporary(.cannotStart(errno))
        case .timedOut: self = .temporary(.timedOut)
        case .busy: self = .temporary(.busy)
        }
    }
}

extension ConnectionEnvironment {
    /// The variables that say who a client is. What is unknown is not said; so is what the parent would not believe.
    init(_ client: Client) {
        self.init()
        try? set(.remoteAddress, client.remote.address)
        if let port = client.remote.port { try? set(.remotePort, [UInt8](decimal: port)) }
        try? set(.localAddress, client.local.address)
        if let port = client.local.port { try? set(.localPort, [UInt8](decimal: port)) }
    }
}

extension AuthResult {
    /// What the metrics call it.
    var verdict: ServerMetrics.Verdict {
        switch self {
        case .accepted: .accepted
        case .rejected: .rejected
        case .temporary: .temporary
        }
    }
}
