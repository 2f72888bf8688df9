import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import SMTPFront

@Suite("The server")
struct ServerTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    /// A blocking client on a real socket.
    private struct Client {
        let socket: Int32

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
        }

        func send(_ text: String) {
            let bytes = Array(text.utf8)
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    Foundation.send(socket, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                sent += count
            }
        }

        /// All replies up to the end of the session.
        func rest() -> String {
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 4096)
            while case let count = read(socket, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
            return text(bytes)
        }

        func close() { _ = Foundation.close(socket) }
    }

    /// Runs a server with an auth script while `body` talks to it.
    private func serving(_ script: String, _ body: (Server) async throws -> Void) async throws {
        let threads = NIOThreadPool(numberOfThreads: 4)
        threads.start()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let command = try #require(AuthCommand(Array(try scratch.script(script).utf8)))
        let address = try #require(ListenAddress("127.0.0.1:0"))
        let server = try await Server.start(
            Service(hostname: hostname, command: command, logger: nil), on: address, group: group, threads: threads
        ).get()
        try await body(server)
        try await server.close().get()
        try await group.shutdownGracefully()
        try await threads.shutdownGracefully()
    }

    private static let alice = "AUTH PLAIN " + base64("\0alice\0pass") + "\r\n"
    private static let greeting = "220 mail.example.com ESMTP\r\n"
    private static let goodbye = "221 2.0.0 mail.example.com closing connection\r\n"

    @Test("says which port it was given")
    func port() async throws {
        try await serving("exit 0") { server in
            #expect(server.port > 0)
            #expect(server.address == "127.0.0.1:\(server.port)")
        }
    }

    @Test("asks the auth command, and tells it the client's address")
    func login() async throws {
        let script = #"[ "$TCPREMOTEIP" = 127.0.0.1 ] && [ "$(tr '\0' '|' <&3)" = 'alice|pass||' ]"#
        try await serving(script) { server in
            let client = try Client(port: server.port)
            client.send("AUTH PLAIN " + base64("\0alice\0wrong") + "\r\n" + Self.alice + "QUIT\r\n")
            #expect(
                client.rest() == Self.greeting + "535 5.7.8 authentication failed\r\n235 2.7.0 ok, go ahead\r\n"
                    + Self.goodbye)
            client.close()
        }
    }

    @Test("stays in step after garbage and an over-long line")
    func garbage() async throws {
        try await serving("exit 0") { server in
            let client = try Client(port: server.port)
            let long = String(repeating: "x", count: 300_000)
            client.send("\0\0\0\r\n\(long)\r\nAUTH LOGIN\r\n\(long)\r\nNOOP\r\nQUIT\r\n")
            #expect(
                client.rest() == Self.greeting + "500 5.5.2 command not recognized\r\n500 5.5.6 line too long\r\n"
                    + "334 VXNlcm5hbWU6\r\n500 5.5.6 line too long\r\n250 2.0.0 ok\r\n" + Self.goodbye)
            client.close()
        }
    }

    @Test("answers a client that has finished sending")
    func halfClosed() async throws {
        try await serving("exit 0") { server in
            let client = try Client(port: server.port)
            client.send(Self.alice + "NOOP\r\n")
            shutdown(client.socket, Int32(SHUT_WR))
            #expect(client.rest() == Self.greeting + "235 2.7.0 ok, go ahead\r\n250 2.0.0 ok\r\n")
            client.close()
        }
    }

    @Test("survives clients that vanish in every state, and waits for each auth command")
    func vanishing() async throws {
        // The command ends when the test lets it, after the client is gone.
        let gate = scratch.path + "/gate"
        try #require(mkfifo(gate, 0o600) == 0)
        try await serving("echo $$ >>\(scratch.path)/children; read line <\(gate); exit 0") { server in
            for start in ["", "AUTH", "AUTH LOGIN\r\n", "AUTH CRAM-MD5\r\n", "AUTH LOGIN YQ==\r\n", "AUTH PLAIN\r\nAA"]
            {
                let client = try Client(port: server.port)
                client.send(start)
                // A reset rather than an orderly end.
                var linger = linger(l_onoff: 1, l_linger: 0)
                setsockopt(client.socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
                client.close()
            }
            let client = try Client(port: server.port)
            client.send(Self.alice)
            // The first child waits at the gate: opening it for writing waits for that.
            let writer = open(gate, O_WRONLY)
            client.close()
            _ = write(writer, "\n", 1)
            Foundation.close(writer)
            // It still serves.
            let next = try Client(port: server.port)
            next.send("QUIT\r\n")
            #expect(next.rest() == Self.greeting + Self.goodbye)
            next.close()
        }
        // Every thread that waited has returned by now, so a child that is left is one that nobody waited for.
        let children = try scratch.contents("children").split(separator: "\n").compactMap { Int32($0) }
        #expect(!children.isEmpty)
        for child in children { #expect(kill(child, 0) == -1 && errno == ESRCH) }
    }

    @Test("leaks no descriptor over many logins")
    func descriptors() async throws {
        try await serving("exit 1") { server in
            func login() throws {
                let client = try Client(port: server.port)
                client.send(Self.alice + "QUIT\r\n")
                #expect(client.rest() == Self.greeting + "535 5.7.8 authentication failed\r\n" + Self.goodbye)
                client.close()
            }
            try login()
            let ours = "pipe:"
            let before = try Self.count(ours)
            for _ in 0..<50 { try login() }
            #expect(try Self.count(ours) <= before + 20)
        }
    }

    /// How many of this process's descriptors are of a kind.
    private static func count(_ kind: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))?.hasPrefix(kind) == true
        }.count
    }
}
