import CheckpwdCore
import NIOCore
import PrivilegeSeparation
import SASL
import SMTP
import ServerSupport

/// Whoever can say what a claim is worth, without keeping an event loop waiting.
public protocol Authenticator: Sendable {
    /// How many claims are checked at once, and for how long, is the authenticator's to bound.
    func check(_ claim: Claim, of client: Client, on eventLoop: any EventLoop) -> Check
}

/// A claim that is being checked, or was.
public struct Check: Sendable {
    /// What comes of it; never fails.
    public let outcome: EventLoopFuture<Outcome>
    /// Its number, by which the program behind is started for who logged in; nil where whoever checks keeps no books.
    public let ticket: UInt64?
    private let whenForgotten: @Sendable () -> Void

    /// - Parameter whenForgotten: called when nobody waits for it or relies on it any more, perhaps more than once.
    public init(
        _ outcome: EventLoopFuture<Outcome>, ticket: UInt64? = nil, whenForgotten: @escaping @Sendable () -> Void = {}
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

    public func check(_ claim: Claim, of client: Client, on eventLoop: any EventLoop) -> Check {
        guard let credentials = CredentialBytes.of(claim, in: order) else {
            return Check(eventLoop.makeSucceededFuture(.rejected(.tooLong)))
        }
        let promise = eventLoop.makePromise(of: Outcome.self)
        let ticket = link.check(credentials, method: [UInt8](claim.mechanism.name), Surroundings(client)) {
            promise.succeed(Outcome($0))
        }
        return Check(promise.futureResult, ticket: ticket) { [link] in link.forget(ticket) }
    }
}

extension Outcome {
    /// What the parent's answer stands for.
    init(_ checked: Checked) {
        switch checked {
        case .ended(let status): self.init(exitStatus: status)
        case .cannotStart(let errno): self = .temporary(.cannotStart(errno))
        case .timedOut: self = .temporary(.timedOut)
        case .busy: self = .temporary(.busy)
        }
    }
}

extension Surroundings {
    /// The variables that say who a client is. What is unknown is not said; so is what the parent would not believe.
    init(_ client: Client) {
        self.init()
        try? set(.remoteAddress, client.remote.address)
        if let port = client.remote.port { try? set(.remotePort, [UInt8](decimal: port)) }
        try? set(.localAddress, client.local.address)
        if let port = client.local.port { try? set(.localPort, [UInt8](decimal: port)) }
    }
}

extension Outcome {
    /// What the meters call it.
    var verdict: Meters.Verdict {
        switch self {
        case .accepted: .accepted
        case .rejected: .rejected
        case .temporary: .temporary
        }
    }
}
