import ArgumentParser
import Logging
import NIOCore
import NIOPosix
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

    func run() throws {
        guard let hostname = hostname ?? Hostname.ofThisMachine else {
            throw ValidationError("The machine's name is not a host name; give one with --hostname.")
        }
        if let listen {
            try serve(try service(hostname, .standardError), on: listen)
        } else {
            try serveOneSession(try service(hostname, OneSession.messages))
        }
    }

    private func service(_ hostname: Hostname, _ messages: AuthCommand.Messages) throws -> Service {
        guard let command = AuthCommand(Array(authCommand.utf8), messages: messages) else {
            throw ValidationError("--auth-command names no program.")
        }
        let logger: Logger? =
            switch messages {
            case .standardError: Self.logger
            case .nowhere: nil
            }
        return Service(hostname: hostname, command: command, logger: logger)
    }

    private func serve(_ service: Service, on address: ListenAddress) throws {
        let threads = NIOThreadPool(numberOfThreads: 64)
        threads.start()
        let server: Server
        do {
            server = try Server.start(
                service, on: address, group: .singletonMultiThreadedEventLoopGroup, threads: threads
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
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        let over: EventLoopFuture<Void>
        do throws(Failure) {
            over = try OneSession.start(service, group: .singletonMultiThreadedEventLoopGroup, threads: threads)
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
