import NIOCore

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
