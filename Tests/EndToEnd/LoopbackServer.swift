import CLibc
import Foundation
import TestSupport

/// Somebody else's server on a free loopback port, until it is let go of.
final class LoopbackServer: Sendable {
    let port: Int
    private let pid: pid_t

    /// Starts it, and waits until it answers.
    ///
    /// - Parameters:
    ///   - environment: besides what a test has.
    ///   - command: what to run, for a port.
    init(environment: [String: String] = [:], _ command: (_ port: Int) -> [String]) {
        let port = LoopbackPort.free()
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        let words = command(port)
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let argv = words.map { strdup($0) } + [nil]
        let envp = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var pid: pid_t = 0
        let failed = clibc_spawn(&pid, argv, envp, [null, null, null, null])
        precondition(failed == 0, "cannot start \(words[0])")
        self.port = port
        self.pid = pid
        var tries = 0
        while !LoopbackServer.answers(port) {
            tries += 1
            precondition(tries < 1000, "\(words[0]) did not start")
            usleep(10_000)
        }
    }

    deinit {
        // It ends the processes that it started.
        kill(pid, SIGTERM)
        _ = clibc_wait(pid)
    }

    /// Whether somebody listens there.
    static func answers(_ port: Int) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = loopback(port)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
