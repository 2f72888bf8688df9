import CheckpwdCore
import NIOCore
import NIOPosix
import PrivilegeSeparation
import SASL

/// What mail goes to: a server, or a program started for the session.
public protocol Backend: Sendable {
    /// Opens the way to it for one session's mail.
    ///
    /// - Parameter initializer: adds the session's handlers, once and before anything is read; the channel may be connected
    ///   already.
    /// - Returns: a connected channel, without automatic reads; the future fails where there is none to be had. Closing
    ///   the channel ends what was started.
    func open(
        for session: MailSession, on eventLoop: any EventLoop,
        initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<any Channel>
}

extension ChannelOptions.Types.WriteBufferWaterMark {
    /// Of a channel to the backend: a few reads of a large message, so that client and backend need not take turns.
    static let backend = Self(low: 256 * 1024, high: 512 * 1024)
}

/// For whom the backend is opened.
public struct MailSession: Sendable {
    public let client: Client
    /// Who logged in, and how; nil for a stranger, who must not relay.
    public let login: (name: LoginName, mechanism: Mechanism)?
    /// The ticket of the check that said so, where there is one.
    public let check: UInt64?

    public init(client: Client, login: (name: LoginName, mechanism: Mechanism)?, check: UInt64? = nil) {
        self.client = client
        self.login = login
        self.check = check
    }
}

/// A server as the backend.
public struct RelayBackend: Backend {
    /// Where it listens.
    public enum Place: Equatable, Sendable {
        case host(String, port: Int)
        case unixSocket(path: String)
    }

    public let place: Place
    /// Nil for the system's.
    private let resolver: (any Resolver & Sendable)?

    public init(_ place: Place, resolver: (any Resolver & Sendable)? = nil) {
        self.place = place
        self.resolver = resolver
    }

    /// - Parameter text: `HOST:PORT`, an IPv6 address in brackets, or `unix:PATH`.
    /// - Returns: nil where it is neither.
    public init?(_ text: String) {
        let unix = "unix:"
        if text.hasPrefix(unix) {
            let path = String(text.dropFirst(unix.count))
            // A socket's address has 108 bytes for the path, a NUL at its end (unix(7)).
            guard (1...107).contains(path.utf8.count) else { return nil }
            self.init(.unixSocket(path: path))
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
            return nil
        }
        var host = text[..<colon]
        let isBracketed = host.first == "[" && host.last == "]"
        if isBracketed { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, isBracketed == host.contains(":") else { return nil }
        self.init(.host(String(host), port: Int(port)))
    }

    public func open(
        for session: MailSession, on eventLoop: any EventLoop,
        initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<any Channel> {
        let bootstrap = ClientBootstrap(group: eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 1024, maximum: 16384)
            )
            .channelOption(.writeBufferWaterMark, value: .backend)
            .connectTimeout(.seconds(30))
            .resolver(resolver)
        let connected =
            switch place {
            case .host(let host, let port):
                // An address needs no resolver, nor a thread that waits for one.
                if let address = try? SocketAddress(ipAddress: host, port: port) {
                    bootstrap.connect(to: address)
                } else {
                    bootstrap.connect(host: host, port: port)
                }
            case .unixSocket(let path): bootstrap.connect(unixDomainSocketPath: path)
            }
        // Only the channel that won: a name with several addresses is tried with one after the other, and at once.
        return connected.flatMap { channel in
            initializer(channel).map { channel }.flatMapError { error in
                channel.close(promise: nil)
                return eventLoop.makeFailedFuture(error)
            }
        }
    }
}

/// A program that the parent process starts for each session, at the other end of a socket pair.
public struct ProgramBackend: Backend {
    private let link: ParentLink

    public init(_ link: ParentLink) {
        self.link = link
    }

    public func open(
        for session: MailSession, on eventLoop: any EventLoop,
        initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<any Channel> {
        let opened = eventLoop.makePromise(of: ParentLink.Opened.self)
        link.open(login: session.check, ConnectionEnvironment(session.client)) { opened.completeWith($0.mapError { $0 as any Error }) }
        return opened.futureResult.flatMap { program in
            ClientBootstrap(group: eventLoop)
                .channelOption(.autoRead, value: false)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .channelOption(.writeBufferWaterMark, value: .backend)
                .channelInitializer(initializer)
                .withConnectedSocket(program.socket)
                .always { result in
                    switch result {
                    case .success(let channel): channel.closeFuture.whenComplete { _ in link.over(program.ticket) }
                    case .failure: link.over(program.ticket)
                    }
                }
        }
    }
}
