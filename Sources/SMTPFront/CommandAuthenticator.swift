import Credentials
import NIOCore
import NIOPosix
import SASL
import SMTP

/// Runs the auth command, on a thread that waits for its end. As many run at once as there are threads; more claims wait.
public struct CommandAuthenticator: Authenticator {
    let command: AuthCommand
    /// Must not be shut down while a child runs.
    let threads: NIOThreadPool
    var order = FieldOrder.netqmail

    public init(command: AuthCommand, threads: NIOThreadPool, order: FieldOrder = .netqmail) {
        self.command = command
        self.threads = threads
        self.order = order
    }

    public func check(
        _ claim: borrowing Claim, of client: Client, on eventLoop: any EventLoop
    ) -> EventLoopFuture<Outcome> {
        guard let credentials = CredentialBytes.of(claim, in: order) else {
            return eventLoop.makeSucceededFuture(.rejected(.tooLong))
        }
        let parcel = Parcel(credentials)
        let remoteHost = client.remote.address
        return threads.runIfActive(eventLoop: eventLoop) { parcel.run(command, remoteHost: remoteHost) }
    }
}

/// Credentials on their way to another thread, which a closure cannot own itself.
///
/// Sound to send: it is filled on one thread and emptied, once, on another, and the thread pool's queue is between them.
private final class Parcel: @unchecked Sendable {
    private var credentials: Secret?

    init(_ credentials: consuming Secret) {
        self.credentials = consume credentials
    }

    /// Runs the command to its end. The credentials are wiped as soon as it has them.
    func run(_ command: AuthCommand, remoteHost: [UInt8]) -> Outcome {
        switch command.start(credentials.take()!, remoteHost: remoteHost) {
        case .failed(let outcome): outcome
        case .running(let child): AuthCommand.outcome(of: child)
        }
    }
}
