import Foundation

/// A Unix socket, named as PostgreSQL names its own, whose connections are accepted and never answered.
public final class SilentServer {
    private let socket: Int32

    public init(in folder: String, port: Int) {
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: "\(folder)/.s.PGSQL.\(port)".utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        // The kernel accepts for whoever listens.
        precondition(bound == 0 && listen(socket, 10) == 0)
    }

    deinit { close(socket) }
}
