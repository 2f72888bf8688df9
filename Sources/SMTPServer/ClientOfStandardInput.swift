import CheckpwdCore
import Glibc
import NIOCore

extension Client {
    /// The client on standard input: what tcpserver and its kin say in the environment (cr.yp.to/proto/ucspi.txt), and
    /// where they say nothing, what the socket knows.
    static var ofStandardInput: Client {
        Client(
            remote: End("TCPREMOTEIP", "TCPREMOTEPORT") ?? End(peerOf: 0),
            local: End("TCPLOCALIP", "TCPLOCALPORT") ?? End(localOf: 0))
    }
}

extension Client.End {
    /// - Returns: nil where the address is not set, or empty.
    init?(_ address: String, _ port: String) {
        guard let address = getenv(address), address.pointee != 0 else { return nil }
        self.init(
            address: [UInt8](cString: address), port: getenv(port).flatMap { UInt16(String(cString: $0)) })
    }

    /// getpeername(2): nothing where it is no socket, or its peer has no IP address.
    init(peerOf descriptor: Int32) {
        self.init(SocketAddress(descriptor, getpeername))
    }

    /// getsockname(2).
    init(localOf descriptor: Int32) {
        self.init(SocketAddress(descriptor, getsockname))
    }
}

extension SocketAddress {
    /// What getpeername(2) or getsockname(2) says; nil where that is no IP address.
    fileprivate init?(
        _ descriptor: Int32,
        _ name: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // Sound: sockaddr_storage has the size and alignment of every sockaddr (POSIX, sys/socket.h), and which of them
        // it is stands in ss_family.
        let address: SocketAddress? = withUnsafeMutablePointer(to: &storage) { pointer in
            let raw = UnsafeMutableRawPointer(pointer)
            guard name(descriptor, raw.assumingMemoryBound(to: sockaddr.self), &length) == 0 else { return nil }
            switch Int32(pointer.pointee.ss_family) {
            case AF_INET: return SocketAddress(raw.load(as: sockaddr_in.self))
            case AF_INET6: return SocketAddress(raw.load(as: sockaddr_in6.self))
            default: return nil
            }
        }
        guard let address else { return nil }
        self = address
    }
}
