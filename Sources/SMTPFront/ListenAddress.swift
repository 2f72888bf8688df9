import NIOCore

/// Where to listen: `127.0.0.1:25`, `[::1]:25`; port 0 is any free port.
public struct ListenAddress: Sendable {
    let address: SocketAddress

    /// - Returns: nil unless this is a numeric address, IPv6 in brackets, a colon, and a port from 0 to 65535.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        let isBracketed = host.first == "[" && host.last == "]"
        if isBracketed { host = host.dropFirst().dropLast() }
        guard isBracketed == host.contains(":"),
            let address = try? SocketAddress(ipAddress: String(host), port: Int(port))
        else { return nil }
        self.address = address
    }

    /// The address as it is given to `init`.
    public var text: String { Self.text(address) }

    private static func port(_ digits: Substring) -> UInt16? {
        digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) ? UInt16(digits) : nil
    }

    static func text(_ address: SocketAddress?) -> String {
        guard let address, let host = address.ipAddress, let port = address.port else { return "unknown" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
