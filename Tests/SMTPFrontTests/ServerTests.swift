import Foundation
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import SMTPFront

/// Logins on real sockets, and the auth command as it is started for them.
@Suite struct ServerTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func serving(_ script: String, _ body: (Int) async throws -> Void) async throws {
        let threads = NIOThreadPool(numberOfThreads: 4)
        threads.start()
        let command = try #require(AuthCommand(Array(try scratch.script(script).utf8)))
        let service = Service(
            openPolicy(), authenticator: CommandAuthenticator(command: command, threads: threads), limits: quickLimits,
            logger: nil)
        try await SMTPFrontTests.serving(service, body)
        try await threads.shutdownGracefully()
    }

    private static let greeting = "220 mail.example.com ESMTP"
    private static let goodbye = "221 2.0.0 mail.example.com closing connection"

    @Test func `the auth command is asked, and told the client's address`() async throws {
        let script = #"[ "$TCPREMOTEIP" = 127.0.0.1 ] && [ "$(tr '\0' '|' <&3)" = 'alice|pass||' ]"#
        try await serving(script) { port in
            let client = try SocketClient(port: port)
            client.send("AUTH PLAIN " + base64("\0alice\0wrong") + "\r\n\(alice)\r\nQUIT\r\n")
            #expect(
                client.rest()
                    == "\(Self.greeting)|535 5.7.8 authentication failed|235 2.7.0 ok, go ahead|\(Self.goodbye)")
        }
    }

    @Test func `a session stays in step after garbage and an over-long line`() async throws {
        try await serving("exit 0") { port in
            let client = try SocketClient(port: port)
            let long = String(repeating: "x", count: 300_000)
            client.send("\0\0\0\r\n\(long)\r\nAUTH LOGIN\r\n\(long)\r\nNOOP\r\nQUIT\r\n")
            #expect(
                client.rest() == "\(Self.greeting)|500 5.5.2 command not recognized|500 5.5.6 line too long"
                    + "|334 VXNlcm5hbWU6|500 5.5.6 line too long|250 2.0.0 ok|\(Self.goodbye)")
        }
    }

    @Test func `a client that has finished sending is answered`() async throws {
        try await serving("exit 0") { port in
            let client = try SocketClient(port: port)
            client.send("\(alice)\r\nNOOP\r\n")
            shutdown(client.socket, Int32(SHUT_WR))
            #expect(client.rest() == "\(Self.greeting)|235 2.7.0 ok, go ahead|250 2.0.0 ok")
        }
    }

    @Test func `clients vanish in every state, and each auth command is waited for`() async throws {
        // The command ends when the test lets it, after the client is gone.
        let gate = scratch.path + "/gate"
        try #require(mkfifo(gate, 0o600) == 0)
        try await serving("echo $$ >>\(scratch.path)/children; read line <\(gate); exit 0") { port in
            for start in ["", "AUTH", "AUTH LOGIN\r\n", "AUTH CRAM-MD5\r\n", "AUTH LOGIN YQ==\r\n", "AUTH PLAIN\r\nAA"]
            {
                let client = try SocketClient(port: port)
                client.send(start)
                client.vanish()
            }
            do {
                let client = try SocketClient(port: port)
                client.send(alice + "\r\n")
                // The child waits at the gate: opening it for writing waits for that.
                let writer = open(gate, O_WRONLY)
                client.vanish()
                _ = write(writer, "\n", 1)
                Foundation.close(writer)
            }
            // It still serves.
            let next = try SocketClient(port: port)
            next.send("QUIT\r\n")
            #expect(next.rest() == "\(Self.greeting)|\(Self.goodbye)")
        }
        // Every thread that waited has returned by now, so a child that is left is one that nobody waited for.
        let children = try scratch.contents("children").split(separator: "\n").compactMap { Int32($0) }
        #expect(!children.isEmpty)
        for child in children { #expect(kill(child, 0) == -1 && errno == ESRCH) }
    }

    @Test func `no descriptor is leaked over many logins`() async throws {
        try await serving("exit 1") { port in
            func login() throws {
                let client = try SocketClient(port: port)
                client.send("\(alice)\r\nQUIT\r\n")
                #expect(client.rest() == "\(Self.greeting)|535 5.7.8 authentication failed|\(Self.goodbye)")
            }
            try login()
            let before = try Self.count("pipe:")
            for _ in 0..<50 { try login() }
            #expect(try Self.count("pipe:") <= before + 20)
        }
    }

    /// How many of this process's descriptors are of a kind.
    private static func count(_ kind: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))?.hasPrefix(kind) == true
        }.count
    }
}
