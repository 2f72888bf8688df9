import ByteStrings

/// Which senders a login may use beside itself. One line a login: `login address ...`, apart by blanks or tabs; an
/// address is `user@example.com`, `@example.com` for every user there, or `<>` for no sender. Lines that begin with `#`
/// are comments.
public struct SenderMap: Equatable, Sendable {
    private var senders: [[UInt8]: [[UInt8]]] = [:]

    public init() {}

    /// - Returns: nil where a line names a login and no address, or something that is no address.
    public init?(_ text: [UInt8]) {
        for line in text.split(separator: UInt8(ascii: "\n")) where line.first != UInt8(ascii: "#") {
            let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
            guard let login = words.first else { continue }
            let addresses = words.dropFirst().map { Array($0) }
            guard !addresses.isEmpty, addresses.allSatisfy({ $0 == "<>" || $0.contains(UInt8(ascii: "@")) }) else {
                return nil
            }
            senders[Array(login), default: []] += addresses
        }
    }

    /// Whether a login may use a sender's address.
    ///
    /// - Parameter sender: without angle brackets; no bytes for the null sender.
    func allows(_ sender: [UInt8], to login: [UInt8]) -> Bool {
        if !sender.isEmpty, Self.isSame(sender, login) { return true }
        return (senders[login] ?? []).contains { entry in
            if entry == "<>" { return sender.isEmpty }
            guard entry.first == UInt8(ascii: "@"), let at = sender.lastIndex(of: UInt8(ascii: "@")) else {
                return Self.isSame(sender, entry)
            }
            return at > 0 && Self.isSame(Array(sender[at...]), entry)
        }
    }

    /// Domains are not case-sensitive, local parts are (RFC 5321 section 2.4).
    private static func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        func folded(_ address: [UInt8]) -> [UInt8] {
            let domain = address.lastIndex(of: UInt8(ascii: "@")) ?? address.endIndex
            return address[..<domain] + address[domain...].map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        }
        return folded(one) == folded(other)
    }
}
