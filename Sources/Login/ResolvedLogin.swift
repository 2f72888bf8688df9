import CheckpwdCore

/// A login under its two names: as it was sent, and as the system account that it stands for.
struct ResolvedLogin {
    let sent: LoginName
    let account: LoginName

    /// - Parameter domains: `alice@example.com` is the account `alice` only where one of them is `example.com`, of either
    ///   case (RFC 5321, section 2.3.11: a domain has none).
    init(_ sent: LoginName, stripping domains: [[UInt8]]) {
        self.sent = sent
        account = ResolvedLogin.stripped(sent.bytes, domains).map { LoginName($0) } ?? sent
    }

    private static func stripped(_ bytes: [UInt8], _ domains: [[UInt8]]) -> [UInt8]? {
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > 0 else { return nil }
        let domain = bytes[(at + 1)...].map(lowercased)
        return domains.contains { $0.map(lowercased) == domain } ? Array(bytes[..<at]) : nil
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
    }
}
