import Glibc
import Logging
import NIOCore
import NIOPosix
import SASL

/// What every session is served with.
public struct Service: Sendable {
    let hostname: Hostname
    let command: AuthCommand
    let log: LoginLog

    /// - Parameter logger: nil where there is nobody to tell.
    public init(hostname: Hostname, command: AuthCommand, logger: Logger?) {
        self.hostname = hostname
        self.command = command
        self.log = LoginLog(logger)
    }

    func makeSession() -> Session {
        let host = hostname.bytes
        return Session(hostname: hostname) { Challenge.make(time: time(nil), host: host) }
    }

    func makeHandler(
        _ threads: NIOThreadPool, remoteHost: [UInt8] = [], over: EventLoopPromise<Void>? = nil
    ) -> SMTPHandler {
        SMTPHandler(
            session: makeSession(), authenticator: CommandAuthenticator(command: command, threads: threads), log: log,
            remoteHost: remoteHost, over: over)
    }
}
