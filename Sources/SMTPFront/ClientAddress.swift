import Glibc
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

    /// getpeername(2) of a descriptor.
    ///
    /// - Returns: no bytes where it is not a socket, or its peer has no IP address.
    static func ofPeer(_ descriptor: Int32) -> [UInt8] {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // Sound: sockaddr_storage has the size and alignment of every sockaddr (POSIX, sys/socket.h), and which of them
        // it is stands in ss_family.
        return withUnsafeMutablePointer(to: &storage) { pointer in
            let raw = UnsafeMutableRawPointer(pointer)
            guard getpeername(descriptor, raw.assumingMemoryBound(to: sockaddr.self), &length) == 0 else { return [] }
            switch Int32(pointer.pointee.ss_family) {
            case AF_INET: return text(SocketAddress(raw.load(as: sockaddr_in.self)))
            case AF_INET6: return text(SocketAddress(raw.load(as: sockaddr_in6.self)))
            default: return []
            }
        }
    }
}
