import Foundation
import NIOCore
import NIOPosix
@testable import SMTPServer
import TestSupport
import Testing

/// Logins on real sockets.
@Suite struct ServerTests {
    private func serving(_ body: (Int) async throws -> Void) async throws {
        let service = SMTPService(openPolicy(), authenticator: KnowingAuthenticator(), timeouts: quickTimeouts, logger: nil)
        try await SMTPServerTests.serving(service, body)
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
