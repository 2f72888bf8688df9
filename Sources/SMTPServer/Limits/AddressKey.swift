import NIOCore

/// What counts as one client where clients are counted: an IPv4 address, or the /64 that an IPv6 client has all of
/// (RFC 6177). Everybody on a Unix socket is one.
struct AddressKey: Hashable, Sendable {
    private let bytes: [UInt8]

    init(_ address: SocketAddress?) {
        let all = IPAddress(address)?.bytes ?? []
        bytes = all.count == 16 ? Array(all.prefix(8)) : all
    }
}
