import NIOCore
import NIOPosix

/// A server as the one behind.
public struct RelayBehind: Behind {
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
            .channelOption(.writeBufferWaterMark, value: .behind)
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
