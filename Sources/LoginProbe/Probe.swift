import CheckpwdCore
import NIOCore
import NIOPosix
import NIOSSL
import SASL

/// A login to an SMTP server, tried over the network.
public struct Probe: Sendable {
    private let target: Target
    private let security: ClientSession.Security
    private let trust: Trust
    private let timeout: TimeAmount

    /// - Parameter seconds: how long connecting may take, and how long all the rest.
    public init(_ target: Target, security: ClientSession.Security, trust: Trust, seconds: Int) {
        self.target = target
        self.security = security
        self.trust = trust
        timeout = .seconds(Int64(seconds))
    }

    /// Connects, logs in, and says goodbye.
    ///
    /// - Parameters:
    ///   - mechanism: nil for one that suits the connection.
    ///   - hostname: what EHLO says.
    ///   - show: is told what is said, on another thread, while it is.
    /// - Throws: `rejected` where the server refuses the login or lacks what was asked for; `temporary` where it is not
    ///   reached, known, or able to answer, or breaks the protocol.
    public func logIn(
        _ login: LoginName, _ secret: consuming Secret, mechanism: Mechanism?, hostname: [UInt8],
        show: @escaping @Sendable (TranscriptLine) -> Void
    ) throws(Failure) {
        let tls = security == .none ? nil : try trust.context()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        let outcome = group.next().makePromise(of: Void.self)
        let carrier = Carrier(
            ClientSession(login: login, secret: secret, mechanism: mechanism, security: security, hostname: hostname))
        let (security, trust, target) = (security, trust, target)
        let connecting = ClientBootstrap(group: group)
            .connectTimeout(timeout)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.autoRead, value: false)
            .connect(host: target.host, port: target.port)
            // Only now: a name may have several addresses, and each that is tried has a channel.
            .flatMapThrowing { channel in
                let makeTLS = {
                    try NIOSSLClientHandler(context: tls!, serverHostname: target.isAddress ? nil : target.host)
                }
                if security == .tls { try channel.pipeline.syncOperations.addHandler(makeTLS()) }
                try channel.pipeline.syncOperations.addHandler(
                    ProbeHandler(carrier.take(), trust: trust, makeTLS: makeTLS, outcome: outcome, show: show))
                return channel
            }
        connecting.whenFailure { error in
            outcome.fail(Failure.temporary(ConnectionError.cause(of: error, at: target)))
        }
        connecting.whenSuccess { [timeout] channel in
            channel.setOption(.autoRead, value: true).whenFailure { _ in channel.close(promise: nil) }
            channel.eventLoop.scheduleTask(in: timeout) {
                channel.pipeline.fireUserInboundEventTriggered(ProbeHandler.Deadline())
            }
        }
        let result = Result { try outcome.futureResult.wait() }
        guard case .failure(let error) = result else { return }
        throw error as? Failure ?? .temporary(Cause(.connectionLost))
    }
}

/// Hands a session over to the event loop's thread, once.
private final class Carrier: @unchecked Sendable {
    // Sound: it is taken once, by the one channel that is connected, after it was put here.
    private var session: ClientSession?

    init(_ session: consuming ClientSession) {
        self.session = consume session
    }

    func take() -> ClientSession { session.take()! }
}

/// The server to log in to: a name or address, and a port.
public struct Target: Equatable, Sendable {
    public let host: String
    public let port: Int

    /// - Parameters:
    ///   - text: `HOST:PORT`, `[ADDRESS]:PORT`, or either without a port.
    ///   - defaultPort: where the text has none.
    /// - Returns: nil where it is none of these.
    public init?(_ text: String, defaultPort: Int) {
        let host: Substring
        let rest: Substring
        if text.hasPrefix("["), let bracket = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<bracket]
            rest = text[text.index(after: bracket)...]
        } else if let colon = text.lastIndex(of: ":"), text.firstIndex(of: ":") == colon {
            host = text[..<colon]
            rest = text[colon...]
        } else {
            // An IPv6 address has many colons, and a port after it only behind brackets.
            host = text[...]
            rest = ""
        }
        guard !host.isEmpty else { return nil }
        self.host = String(host)
        if rest.isEmpty {
            port = defaultPort
        } else {
            let digits = rest.dropFirst()
            guard rest.first == ":", digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits),
                (1...65535).contains(number)
            else { return nil }
            port = number
        }
    }

    /// Whether the host is an address: then there is no name for TLS to ask for.
    var isAddress: Bool { (try? SocketAddress(ipAddress: host, port: port)) != nil }
}

/// How a server is known over TLS.
public enum Trust: Sendable {
    /// By a certificate of an authority that the system trusts.
    case system
    /// By a certificate of an authority in a PEM file, or by one that is in it.
    case authorities(file: String)
    /// Not at all.
    case anybody

    /// - Throws: `misused` where the file cannot be used; `temporary` where TLS cannot.
    func context() throws(Failure) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        switch self {
        case .system: break
        case .authorities(let file):
            do {
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(file))
            } catch {
                throw .misused(
                    Cause(.certificatesCannotBeRead, about: [UInt8](file.utf8), remedy: "--ca takes a PEM file"))
            }
        case .anybody: configuration.certificateVerification = .none
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .temporary(Cause(.tlsCannotBeUsed, about: [UInt8](String(describing: error).utf8)))
        }
    }

    var words: StaticString {
        switch self {
        case .system, .authorities: "certificate verified"
        case .anybody: "certificate not verified"
        }
    }
}
