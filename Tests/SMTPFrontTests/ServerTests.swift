import Foundation
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import SMTPFront

/// Logins on real sockets.
@Suite struct ServerTests {
    private func serving(_ body: (Int) async throws -> Void) async throws {
        let service = Service(openPolicy(), authenticator: KnowingAuthenticator(), limits: quickLimits, logger: nil)
        try await SMTPFrontTests.serving(service, body)
    }

    private static let greeting = "220 mail.example.com ESMTP"
    private static let goodbye = "221 2.0.0 mail.example.com closing connection"

    @Test func `a wrong password is one, and a right one after it, too`() async throws {
        try await serving { port in
            let client = try SocketClient(port: port)
            client.send("AUTH PLAIN " + base64("\0alice\0wrong") + "\r\n\(alice)\r\nQUIT\r\n")
            #expect(
                client.rest()
                    == "\(Self.greeting)|535 5.7.8 authentication failed|235 2.7.0 ok, go ahead|\(Self.goodbye)")
        }
    }

    @Test func `a session stays in step after garbage and an over-long line`() async throws {
        try await serving { port in
            let client = try SocketClient(port: port)
            let long = String(repeating: "x", count: 300_000)
            client.send("\0\0\0\r\n\(long)\r\nAUTH LOGIN\r\n\(long)\r\nNOOP\r\nQUIT\r\n")
            #expect(
                client.rest() == "\(Self.greeting)|500 5.5.2 command not recognized|500 5.5.6 line too long"
                    + "|334 VXNlcm5hbWU6|500 5.5.6 line too long|250 2.0.0 ok|\(Self.goodbye)")
        }
    }

    @Test func `a client that has finished sending is answered`() async throws {
        try await serving { port in
            let client = try SocketClient(port: port)
            client.send("\(alice)\r\nNOOP\r\n")
            shutdown(client.socket, Int32(SHUT_WR))
            #expect(client.rest() == "\(Self.greeting)|235 2.7.0 ok, go ahead|250 2.0.0 ok")
        }
    }

    @Test func `a client that has finished sending, and reads late, loses no reply`() async throws {
        try await serving { port in
            let client = try SocketClient(port: port)
            var size: Int32 = 2048
            setsockopt(client.socket, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
            // Their replies are more than the kernel holds of them.
            let (count, reply) = (12_000, "214 2.0.0 RFC 5321, RFC 4954\r\n")
            let sender = Thread { [socket = client.socket] in
                let commands = Array(String(repeating: "HELP\r\n", count: count).utf8)
                var sent = 0
                while sent < commands.count {
                    let more = commands[sent...].withUnsafeBytes { Foundation.send(socket, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
                    guard more > 0 else { break }
                    sent += more
                }
                shutdown(socket, Int32(SHUT_WR))
            }
            sender.start()
            usleep(300_000)
            #expect(client.count() == Self.greeting.utf8.count + 2 + count * reply.utf8.count)
        }
    }

    @Test func `clients vanish in every state, and others are served`() async throws {
        try await serving { port in
            let starts = ["", "AUTH", "AUTH LOGIN\r\n", "AUTH CRAM-MD5\r\n", "AUTH LOGIN YQ==\r\n", "AUTH PLAIN\r\nAA", "\(alice)\r\n"]
            for start in starts {
                let client = try SocketClient(port: port)
                client.send(start)
                client.vanish()
            }
            let next = try SocketClient(port: port)
            next.send("QUIT\r\n")
            #expect(next.rest() == "\(Self.greeting)|\(Self.goodbye)")
        }
    }
}
