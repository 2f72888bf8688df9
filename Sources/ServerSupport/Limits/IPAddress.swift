import NIOCore

/// The bytes of an address: 4 or 16, and 4 for an IPv4 address in an IPv6 one (RFC 4291 section 2.5.5.2).
public struct IPAddress: Equatable, Sendable {
    public let bytes: [UInt8]

    /// - Returns: nil if this is not an IP address.
    public init?(_ address: SocketAddress?) {
        switch address {
        case .v4(let address):
            bytes = withUnsafeBytes(of: address.address.sin_addr.s_addr) { [UInt8]($0) }
        case .v6(let address):
            let all = withUnsafeBytes(of: address.address.sin6_addr) { [UInt8]($0) }
            let isMapped = all.prefix(10).allSatisfy { $0 == 0 } && all[10] == 0xFF && all[11] == 0xFF
            bytes = isMapped ? Array(all.suffix(4)) : all
        case .unixDomainSocket, nil:
            return nil
        }
    }

    /// inet_pton(3), with a port: no name, no scope and, in an IPv4 address, no leading zeros.
    public static func socketAddress(_ text: ArraySlice<UInt8>, port: Int) -> SocketAddress? {
        // NIO would take a scope, the name of an interface.
        let digits = Array("0123456789abcdefABCDEF:.".utf8)
        guard text.allSatisfy(digits.contains) else { return nil }
        return try? SocketAddress(ipAddress: String(decoding: text, as: UTF8.self), port: port)
    }

    /// RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3.
    public var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    /// Whether no host sends from it: unspecified, multicast or reserved.
    public var isOfNoHost: Bool {
        bytes.count == 4 ? bytes[0] == 0 || bytes[0] >= 224 : bytes[0] == 0xFF || bytes.allSatisfy { $0 == 0 }
    }
}

/// A network, or one address: `192.0.2.0/24`, `2001:db8::/32`, `127.0.0.1`.
public struct AddressPrefix: Equatable, Sendable {
    private let bytes: [UInt8]
    private let length: Int

    /// - Returns: nil unless this is a numeric address and, after a slash, how many of its bits count. The other bits must
    ///   be zero: `192.0.2.1/24` may be a mistake for one address or for the whole network.
    public init?(_ text: [UInt8]) {
        let parts = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count),
            let address = IPAddress(IPAddress.socketAddress(parts[0], port: 0)), (address.bytes.count == 16) == parts[0].contains(UInt8(ascii: ":"))
        else { return nil }
        bytes = address.bytes
        let most = 8 * address.bytes.count
        guard parts.count == 2 else {
            length = most
            return
        }
        let digits = parts[1]
        guard (1...3).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0"),
            digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let length = Int(String(decoding: digits, as: UTF8.self)), length <= most
        else { return nil }
        self.length = length
        guard (length..<most).allSatisfy({ !Self.bit($0, of: bytes) }) else { return nil }
    }

    private static func bit(_ number: Int, of bytes: [UInt8]) -> Bool {
        bytes[number / 8] & (0x80 >> UInt8(number % 8)) != 0
    }

    public func contains(_ address: IPAddress) -> Bool {
        address.bytes.count == bytes.count
            && (0..<length).allSatisfy { Self.bit($0, of: address.bytes) == Self.bit($0, of: bytes) }
    }
}
