import NIOCore

/// The two ends of a client's connection.
public struct Client: Sendable {
    /// One end.
    public struct End: Sendable, Equatable {
        /// The address as text: numeric, no brackets, no scope, an IPv4 address in an IPv6 one as IPv4; no bytes where
        /// unknown.
        public let address: [UInt8]
        /// Nil where unknown.
        public let port: UInt16?

        public init(address: [UInt8], port: UInt16?) {
            self.address = address
            self.port = port
        }

        /// The end that a socket knows.
        public init(_ address: SocketAddress?) {
            self.init(address: ClientAddress.text(address), port: address?.port.flatMap(UInt16.init(exactly:)))
        }
    }

    public let remote: End
    public let local: End
    /// The address of the proxy whose header says so; nil if the client connected itself.
    public let proxy: [UInt8]?

    public init(remote: End, local: End, proxy: [UInt8]? = nil) {
        self.remote = remote
        self.local = local
        self.proxy = proxy
    }

    init(_ channel: any Channel) {
        self.init(remote: End(channel.remoteAddress), local: End(channel.localAddress))
    }
}

/// A client's address as text, as TCPREMOTEIP and `rhost` have it: numeric, no port, no brackets, no scope.
enum ClientAddress {
    /// - Returns: no bytes where there is no IP address.
    static func text(_ address: SocketAddress?) -> [UInt8] {
        let text = Array((address?.ipAddress ?? "").utf8)
        // An IPv4 client of an IPv6 socket (RFC 4291 section 2.5.5.2) is known to access rules by its IPv4 address.
        let mapped = Array("::ffff:".utf8)
        guard text.starts(with: mapped), text.contains(UInt8(ascii: ".")) else { return text }
        return Array(text[mapped.count...])
    }
}
