import Foundation
import TestSupport
import Testing

/// A blocking client on a real socket, which waits for no reply for ever.
final class SocketClient {
    let socket: Int32
    private var waiting: [UInt8] = []

    init(port: Int) throws {
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(socket, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout.size(ofValue: patience)))
        }
    }

    deinit { close(socket) }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(socket, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// The next reply, all its lines; empty at the end of the session.
    func reply() -> String {
        var lines: [String] = []
        while let line = line() {
            lines.append(line)
            if line.utf8.count < 4 || !line.dropFirst(3).hasPrefix("-") { break }
        }
        return lines.joined(separator: "|")
    }

    /// Sends a command and waits for its reply.
    func ask(_ command: String) -> String {
        send(command + "\r\n")
        return reply()
    }

    /// All replies up to the end of the session, CRLF as `|`.
    func rest() -> String {
        while fill() {}
        defer { waiting = [] }
        return text(waiting).split(separator: "\r\n").joined(separator: "|")
    }

    /// When it is let go of, the connection is reset rather than closed.
    func vanish() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }

    private func line() -> String? {
        while true {
            if let lf = waiting.firstIndex(of: 10) {
                defer { waiting.removeFirst(lf + 1) }
                return text(waiting[..<lf].filter { $0 != 13 })
            }
            guard fill() else { return nil }
        }
    }

    private func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65536)
        let count = read(socket, &chunk, chunk.count)
        if count > 0 { waiting += chunk[..<count] }
        return count > 0
    }
}
