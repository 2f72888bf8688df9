import ArgumentParser
import Logging
import NIOCore
import NIOPosix
import SMTP
import SMTPFront
import Verdicts

struct SMTPAuth: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "smtp-auth",
        abstract: "Speak ESMTP AUTH, and ask a checkpassword program about every login.",
        discussion: """
            Without --listen, one session on standard input and output, as inetd, tcpserver and systemd start a server. \
            There is no TLS: listen on loopback, or behind something that ends TLS.
            """,
        version: "\(Release.version)")

    @Option(help: "Listen on this address: 127.0.0.1:25, [::1]:25. Port 0 is any free port.")
    var listen: ListenAddress?

    @Option(help: "The server's name in its greeting and challenges. (default: the machine's)")
    var hostname: Hostname?

    @Option(help: "The checkpassword program and its arguments, apart by blanks; no shell reads them.")
    var authCommand = "pam-checkpwd -s smtp -e -- /bin/true"

    @Option(help: "The server that takes the mail: HOST:PORT or unix:PATH.")
    var relay: String?

    @Flag(help: "Offer and accept PLAIN and LOGIN without TLS.")
    var allowPlaintext = false

    func run() throws {
        guard let hostname = hostname ?? Hostname.ofThisMachine else {
            throw ValidationError("The machine's name is not a host name; give one with --hostname.")
        }
        if let listen {
            try serve(try service(hostname, .standardError, threads: 64), on: listen)
        } else {
            try serveOneSession(try service(hostname, OneSession.messages, threads: 1))
        }
    }

    private func service(_ hostname: Hostname, _ messages: AuthCommand.Messages, threads count: Int) throws -> Service {
        guard let command = AuthCommand(Array(authCommand.utf8), messages: messages) else {
            throw ValidationError("--auth-command names no program.")
        }
        let logger: Logger? =
            switch messages {
            case .standardError: Self.logger
            case .nowhere: nil
            }
        let threads = NIOThreadPool(numberOfThreads: count)
        threads.start()
        var policy = Policy(hostname: hostname)
        policy.allowsPlaintext = allowPlaintext
        let behind = try relay.map { relay in
            guard let behind = RelayBehind(relay) else { throw ValidationError("--relay names no server.") }
            return behind
        }
        if let behind {
            let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
            let offer = try Probe.offer(of: behind, hostname: hostname, on: eventLoop).wait()
            policy.mail = .passed(Policy.Passing(offer: offer))
        }
        return Service(
            policy, authenticator: CommandAuthenticator(command: command, threads: threads), behind: behind,
            logger: logger)
    }

    private func serve(_ service: Service, on address: ListenAddress) throws {
        let server: Server
        do {
            server = try Server.start(
                service, on: address, group: .singletonMultiThreadedEventLoopGroup
            )
            .wait()
        } catch {
            throw Self.failed(
                .temporary(
                    Cause(
                        "cannot listen", about: Array(address.text.utf8), errno: (error as? IOError)?.errnoCode ?? 0,
                        remedy: "name a free address and port of this machine; ports below 1024 are root's")))
        }
        Self.logger.notice("listening on \(server.address)")
        try server.closed.wait()
    }

    private func serveOneSession(_ service: Service) throws {
        let over: EventLoopFuture<Void>
        do throws(Failure) {
            over = try OneSession.start(service, group: .singletonMultiThreadedEventLoopGroup)
        } catch {
            throw Self.failed(error)
        }
        try over.wait()
    }

    private static let logger = Logger(label: "smtp-auth") { _ in StandardErrorLog() }

    /// Says what failed, on one line.
    private static func failed(_ failure: Failure) -> ExitCode {
        logger.error("\(String(decoding: failure.cause.sentence, as: UTF8.self))")
        return switch failure {
        case .misused: .validationFailure
        case .declined, .rejected, .temporary: ExitCode(111)
        }
    }
}

extension ListenAddress: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension Hostname: ExpressibleByArgument {
    public init?(argument: String) { self.init(Array(argument.utf8)) }
}
