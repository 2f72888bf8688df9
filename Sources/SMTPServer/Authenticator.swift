import NIOCore
import SASL
import SMTP

/// Whoever can say what a claim is worth, without keeping an event loop waiting.
public protocol Authenticator: Sendable {
    /// How many claims are checked at once, and for how long, is the authenticator's to bound.
    func check(_ claim: Claim, of client: Client, on eventLoop: any EventLoop) -> Check
}
