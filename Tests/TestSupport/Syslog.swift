import Foundation
import Synchronization

/// The stage's /dev/log, while a test listens to it.
public final class Syslog {
    private let socket: Int32
    private let received = Received()
    private static let path = "/run/log"

    /// Datagrams, read as they come: a log that nobody reads makes its writers wait.
    private final class Received: Sendable {
        let datagrams = Mutex<[[UInt8]]>([])

        func read(from socket: Int32) {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(socket, &buffer, buffer.count, 0)
                guard count > 0 else { return }
                datagrams.withLock { $0.append(Array(buffer[..<count])) }
            }
        }
    }

    public init() {
        precondition(Stage.isSet)
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        unlink(Syslog.path)
        let bound = Syslog.withAddress { bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        precondition(bound == 0)
        chmod(Syslog.path, 0o666)
        Thread.detachNewThread { [received, socket] in
            received.read(from: socket)
            close(socket)
        }
    }

    deinit {
        unlink(Syslog.path)
        // Ends the thread.
        shutdown(socket, Int32(SHUT_RDWR))
    }

    /// The lines of one program, since the last call: `<priority>` first, then what follows its name and process id.
    public func lines(of program: String) -> [String] {
        var lines: [String] = []
        for datagram in all() {
            let line = String(decoding: datagram, as: UTF8.self)
            guard let name = line.range(of: "\(program)["), let end = line.range(of: "]: ") else { continue }
            if name.lowerBound < end.lowerBound {
                lines.append(String(line.prefix { $0 != ">" }) + "> " + String(line[end.upperBound...]))
            }
        }
        return lines
    }

    /// Everything that was sent before this call: a datagram of ours is the last of it.
    private func all() -> [[UInt8]] {
        let mark = Array(UUID().uuidString.utf8)
        Syslog.send(mark)
        while !received.datagrams.withLock({ $0.contains(mark) }) { usleep(1000) }
        return received.datagrams.withLock { datagrams in
            defer { datagrams = [] }
            return datagrams
        }
    }

    private static func send(_ bytes: [UInt8]) {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(socket) }
        withAddress { _ = sendto(socket, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }

    private static func withAddress<Result>(_ body: (UnsafePointer<sockaddr>) -> Result) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
    }
}
