import NIOCore

/// What counts as one client where clients are counted: an IPv4 address, or the /64 that an IPv6 client has all of
/// (RFC 6177). Everybody on a Unix socket is one.
struct AddressKey: Hashable, Sendable {
    private let bytes: [UInt8]

    init(_ address: SocketAddress?) {
        switch address {
        case .v4(let address):
            bytes = withUnsafeBytes(of: address.address.sin_addr.s_addr) { [UInt8]($0) }
        case .v6(let address):
            let all = withUnsafeBytes(of: address.address.sin6_addr) { [UInt8]($0) }
            // An IPv4 client of an IPv6 socket (RFC 4291 section 2.5.5.2).
            let isMapped = all.prefix(10).allSatisfy { $0 == 0 } && all[10] == 0xFF && all[11] == 0xFF
            bytes = isMapped ? Array(all.suffix(4)) : Array(all.prefix(8))
        case .unixDomainSocket, nil:
            bytes = []
        }
    }
}
