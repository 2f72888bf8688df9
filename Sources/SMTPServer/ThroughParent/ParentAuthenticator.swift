import CheckpwdCore
import NIOCore
import PrivilegeSeparation
import SASL
import SMTP

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
