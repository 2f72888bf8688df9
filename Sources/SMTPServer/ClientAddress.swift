import NIOCore

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
