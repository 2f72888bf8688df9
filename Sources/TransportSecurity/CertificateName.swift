import CheckpwdCore

/// A DNS name of a certificate: `mail.example.com`, or `*.example.com` for any one label in place of the star.
public struct CertificateName: Hashable, Sendable {
    /// In lower case, without a dot at its end.
    public let bytes: [UInt8]

    public init(_ name: some Sequence<UInt8>) {
        var bytes = name.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        self.bytes = bytes
    }

    /// Whether its first label is a star.
    public var isWildcard: Bool { bytes.starts(with: [UInt8]("*.")) }

    /// Whether it stands for a host name (RFC 9525 section 6.3).
    public func matches(_ host: CertificateName) -> Bool {
        guard isWildcard else { return bytes == host.bytes }
        guard let dot = host.bytes.firstIndex(of: UInt8(ascii: ".")), dot > 0 else { return false }
        return host.bytes[dot...] == bytes[1...]
    }
}
