import Foundation

/// The stage's /dev/log, while a test listens to it.
public final class Syslog {
    private let socket: Int32
    private static let path = "/run/log"

    public init() {
        precondition(Stage.isSet)
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Syslog.path.utf8) }
        unlink(Syslog.path)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        precondition(bound == 0)
        chmod(Syslog.path, 0o666)
    }

    deinit {
        close(socket)
        unlink(Syslog.path)
    }

    /// The lines of one program, since the last call: `<priority>` first, then what follows its name and process id.
    public func lines(of program: String) -> [String] {
        var lines: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return lines }
            let line = String(decoding: buffer[..<count], as: UTF8.self)
            guard let name = line.range(of: "\(program)["), let end = line.range(of: "]: ") else { continue }
            if name.lowerBound < end.lowerBound {
                lines.append(String(line.prefix { $0 != ">" }) + "> " + String(line[end.upperBound...]))
            }
        }
    }
}
