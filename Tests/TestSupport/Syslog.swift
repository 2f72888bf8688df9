import Foundation
import Synchronization

/// The system's log on the stage, while a test listens to it.
///
/// The stage's /dev/log is there from the first use on: without a log, programs write their lines to standard error.
public final class Syslog {
    private static let path = "/run/log"
    private static let received = Received()

    /// Datagrams, read as they come: a log that nobody reads makes its writers wait.
    private final class Received: Sendable {
        let datagrams = Mutex<[[UInt8]]>([])

        func read(from socket: Int32) {
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = recv(socket, &buffer, buffer.count, 0)
                guard count > 0 else { return }
                datagrams.withLock { $0.append(Array(buffer[..<count])) }
            }
        }
    }

    /// Has the stage's log, once.
    public static let isThere: Void = {
        precondition(Stage.isSet)
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        unlink(path)
        let bound = withAddress { bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        precondition(bound == 0)
        chmod(path, 0o666)
        Thread.detachNewThread { received.read(from: socket) }
    }()

    /// Runs something while there is no log.
    public static func without<Result>(_ body: () throws -> Result) rethrows -> Result {
        isThere
        _ = rename(path, path + ".away")
        defer { _ = rename(path + ".away", path) }
        return try body()
    }

    public init() {
        Syslog.isThere
        // What came before is not this test's.
        _ = all()
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
        while !Syslog.received.datagrams.withLock({ $0.contains(mark) }) { usleep(1000) }
        return Syslog.received.datagrams.withLock { datagrams in
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
