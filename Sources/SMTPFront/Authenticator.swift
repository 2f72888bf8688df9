import NIOCore
import NIOPosix
import SASL

/// Whoever can say what a claim is worth, without keeping an event loop waiting.
protocol Authenticator: Sendable {
    /// - Parameter remoteHost: the client's address as text; empty where unknown.
    /// - Returns: a future that never fails.
    func check(
        _ claim: borrowing Claim, remoteHost: [UInt8], on eventLoop: any EventLoop
    ) -> EventLoopFuture<Outcome>
}

/// Runs the auth command on the event loop's thread, which takes as long as vfork and exec do, and waits for its end on
/// another.
struct CommandAuthenticator: Authenticator {
    let command: AuthCommand
    /// The threads that wait. It must not be shut down while a child runs.
    let threads: NIOThreadPool

    func check(
        _ claim: borrowing Claim, remoteHost: [UInt8], on eventLoop: any EventLoop
    ) -> EventLoopFuture<Outcome> {
        switch command.start(claim, remoteHost: remoteHost) {
        case .failed(let outcome): eventLoop.makeSucceededFuture(outcome)
        case .running(let child): threads.runIfActive(eventLoop: eventLoop) { AuthCommand.outcome(of: child) }
        }
    }
}
