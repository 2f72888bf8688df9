import CLibc
import Foundation
import TestSupport
import Testing

/// smtp-auth on a free loopback port, for as long as a test holds it.
final class Front {
    let port: Int
    /// The privileged process.
    let pid: pid_t
    private let folder = Folder()

    /// - Parameter options: pam-checkpwd's.
    convenience init(_ options: String = "") {
        self.init(authCommand: "\(Stage.pamCheckpwd) -m plain,cram-md5 \(options) -e -- /bin/true")
    }

    /// - Parameters:
    ///   - authCommand: what decides.
    ///   - options: further options, and after `--` what mail goes to.
    init(authCommand: String, _ options: [String] = [], environment: [String: String] = [:]) {
        let errors = folder("errors")
        let log = open(errors, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer {
            close(log)
            close(null)
        }
        var words = [Stage.smtpAuth, "--hostname", "mail.example.com", "--auth-command", authCommand]
        if !options.contains("--listen") { words += ["--listen", "127.0.0.1:0"] }
        if !options.contains("--tls-cert") { words.append("--allow-plaintext") }
        let argv = (words + options).map { strdup($0) } + [nil]
        let envp = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { strdup("\($0)=\($1)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var pid: pid_t = 0
        let failed = clibc_spawn(&pid, argv, envp, [null, null, log, null])
        precondition(failed == 0, "cannot start smtp-auth")
        self.pid = pid
        port = Front.announcedPort(in: errors, of: pid)
    }

    deinit {
        kill(pid, SIGKILL)
        _ = clibc_wait(pid)
    }

    private static func announcedPort(in file: String, of pid: pid_t) -> Int {
        var lines: [Substring] = []
        // Until it says so, or is gone.
        while waitpid(pid, nil, WNOHANG) == 0 {
            lines = ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n")
            if let line = lines.first(where: { $0.contains("listening on 127.0.0.1:") }) {
                return Int(line.split(separator: ":").last!)!
            }
            usleep(10_000)
        }
        preconditionFailure("smtp-auth did not start: \(lines)")
    }

    /// All that it said.
    var lines: [String] {
        let text = (try? String(contentsOfFile: folder("errors"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    /// What it logged of the logins.
    var log: [String] { lines.filter { $0.contains("verdict=") } }

    /// The same, after waiting for so many lines, a minute at most: a client has its reply before the line is written.
    func log(of count: Int) -> [String] {
        for _ in 0..<6000 where log.count < count { usleep(10_000) }
        return log
    }

    /// Whether it has said this, by now or within a minute.
    func says(_ words: String) -> Bool {
        for _ in 0..<6000 {
            if lines.contains(where: { $0.contains(words) }) { return true }
            usleep(10_000)
        }
        return false
    }

    /// Ends it by a signal.
    ///
    /// - Returns: its exit status.
    func end(_ signal: Int32 = SIGTERM) -> Int32 {
        kill(pid, signal)
        return clibc_wait(pid)
    }

    /// The process that speaks with the network.
    var network: pid_t {
        allChildren.first { id in
            let words = (try? String(contentsOfFile: "/proc/\(id)/cmdline", encoding: .utf8)) ?? ""
            return words.contains("--network-process")
        } ?? -1
    }

    /// How many descriptors it has open, in both processes.
    var descriptors: Int {
        [pid, network].map { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\($0)/fd").count) ?? 0 }
            .reduce(0, +)
    }

    /// The programs that it started and that are still there, zombies included.
    var children: [pid_t] { allChildren.filter { $0 != network } }

    private var allChildren: [pid_t] {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { pid_t($0) }
    }

    func connect() -> Client { Client(port: port) }

    /// A client that was greeted.
    func greeted() -> Client {
        let client = connect()
        #expect(client.receive()?.hasPrefix("220 ") == true)
        return client
    }
}

/// A client that sends what it is told, and hands out the replies line by line.
final class Client {
    private let socket: Int32
    private var input: [UInt8] = []

    init(port: Int) {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        precondition(connected == 0, "cannot connect")
        // A server that says nothing fails the test, rather than holding it up for ever.
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(socket) }

    /// When it is let go of, the connection is reset: that there is nobody left to answer is seen at once.
    func vanish() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }

    func send(_ line: String) {
        let bytes = Array((line + "\r\n").utf8)
        precondition(Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
    }

    /// The next line, or nil at the end.
    func receive() -> String? {
        while true {
            if let end = input.firstIndex(of: 10) {
                defer { input.removeFirst(end + 1) }
                return String(decoding: input[..<end].filter { $0 != 13 }, as: UTF8.self)
            }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            input += buffer[..<count]
        }
    }

    /// Sends a line; the next line is its answer.
    func ask(_ line: String) -> String? {
        send(line)
        return receive()
    }
}
