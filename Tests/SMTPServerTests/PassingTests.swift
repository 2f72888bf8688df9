import Foundation
import NIOCore
@testable import SMTP
@testable import SMTPServer
import TestSupport
import Testing

/// Mail on real sockets, to a backend server that is ours.
@Suite struct PassingTests {
    /// A client that is logged in.
    private func client(_ port: Int) throws -> SocketClient {
        let client = try SocketClient(port: port)
        #expect(client.reply() == "220 mail.example.com ESMTP")
        #expect(client.ask("EHLO me").hasPrefix("250-mail.example.com|250-SIZE 100000000|250-8BITMIME|"))
        #expect(client.ask(alice) == "235 2.7.0 ok, go ahead")
        return client
    }

    /// A client that has sent the beginning of a message.
    private func begin(_ port: Int) throws -> SocketClient {
        let client = try client(port)
        #expect(client.ask("MAIL FROM:<a@b>") == "250 MAIL FROM:<a@b>")
        #expect(client.ask("RCPT TO:<c@d>") == "250 RCPT TO:<c@d>")
        #expect(client.ask("DATA") == "354 go")
        return client
    }

    private static let mail = "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"
    /// What the backend sees up to a message.
    private static let head = "EHLO me\r\n" + mail

    @Test func `a message of 10 MiB passes byte for byte`() async throws {
        let sink = try await Sink()
        try await serving(sink) { port in
            // Every byte but NUL, CR and LF, dots at the start of lines, lines of every length.
            var message: [UInt8] = []
            message.reserveCapacity(11 << 20)
            var length = 0
            while message.count < 10 << 20 {
                length = (length + 1) % 300
                for place in 0..<length {
                    let byte = UInt8(truncatingIfNeeded: place &* 7 &+ length)
                    message.append([0, 10, 13].contains(byte) ? 46 : byte)
                }
                if message.last == 46, length == 1 { message.append(46) }
                message += [13, 10]
            }
            message += Array(".\r\n".utf8)
            let client = try begin(port)
            client.send(message)
            #expect(client.reply() == "250 queued")
            #expect(client.ask("QUIT").hasPrefix("221 "))
            #expect(client.rest() == "")
            let expected = Array(Self.head.utf8) + message
            let seen = sink.sessions.withLockedValue { $0[0] }
            #expect(seen.count >= expected.count && seen.starts(with: expected))
        }
    }

    @Test func `2,000 commands in one packet are answered in order`() async throws {
        let sink = try await Sink()
        try await serving(sink) { port in
            let client = try client(port)
            client.send("MAIL FROM:<a@b>\r\n" + (0..<1998).map { "RCPT TO:<\($0)@d>\r\n" }.joined() + "QUIT\r\n")
            let expected = ["250 MAIL FROM:<a@b>"] + (0..<1998).map { "250 RCPT TO:<\($0)@d>" }
            let replies = client.rest().split(separator: "|").map(String.init)
            #expect(replies.dropLast() == expected[...])
            #expect(replies.last?.hasPrefix("221 ") == true)
        }
    }

    @Test func `after a bare line end the backend sees no end of the message, and nothing of what follows`()
        async throws
    {
        let sink = try await Sink()
        try await serving(sink) { port in
            let client = try begin(port)
            client.send("innocent\r\n")
            client.send("first\n.\r\nMAIL FROM:<smuggled@b>\r\n.\r\n")
            #expect(client.rest().hasPrefix("554 5.6.0 "))
            let seen = sink.sessions.withLockedValue { text($0[0]) }
            #expect((Self.head + "innocent\r\n").hasPrefix(seen) || seen == Self.head + "innocent\r\n")
        }
    }

    @Test func `a client that sends byte by byte is served, and others meanwhile`() async throws {
        let sink = try await Sink()
        try await serving(sink) { port in
            let slow = try SocketClient(port: port)
            let message = "a line\r\n..\r\n.\r\n"
            let bytes = Array("EHLO me\r\n\(alice)\r\n\(Self.mail)\(message)QUIT\r\n".utf8)
            for (place, byte) in bytes.enumerated() {
                slow.send([byte])
                usleep(1000)
                guard place % 25 == 0 else { continue }
                let other = try begin(port)
                other.send("message\r\n.\r\n")
                #expect(other.reply() == "250 queued")
            }
            #expect(
                slow.rest().hasSuffix(
                    "|235 2.7.0 ok, go ahead|250 MAIL FROM:<a@b>|250 RCPT TO:<c@d>|354 go|250 queued"
                        + "|221 2.0.0 mail.example.com closing connection"))
            #expect(sink.sessions.withLockedValue { $0.contains { text($0).hasPrefix(Self.head + message) } })
        }
    }

    @Test func `a client that never reads, one that stops, and ones that vanish cost another session nothing`()
        async throws
    {
        let sink = try await Sink()
        try await serving(sink) { port in
            let deaf = try client(port)
            _ = fcntl(deaf.socket, F_SETFL, O_NONBLOCK)
            // Far more than any buffer between us holds: it must be left where it is.
            let flood = Array(String(repeating: "VRFY x\r\n", count: 8192).utf8)
            for _ in 0..<200 {
                _ = flood.withUnsafeBytes {
                    Foundation.send(deaf.socket, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL))
                }
            }
            let stopped = try begin(port)
            stopped.send("x")
            for state in [
                "", "MAIL FROM:<a@b>\r\n", "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n",
                "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\ntext\r\n", "MAI",
            ] {
                let client = try client(port)
                client.send(state)
                client.vanish()
            }
            let other = try begin(port)
            other.send("message\r\n.\r\n")
            #expect(other.reply() == "250 queued")
            stopped.send("\r\n.\r\n")
            #expect(stopped.reply() == "250 queued")
        }
    }

    @Test func `a backend server that does not read holds the client back, and nobody else`() async throws {
        let sink = try await Sink(reading: false)
        try await serving(sink) { port in
            let stuck = try begin(port)
            _ = fcntl(stuck.socket, F_SETFL, O_NONBLOCK)
            let chunk = [UInt8](repeating: 120, count: 1 << 20)
            var sent = 0
            for _ in 0..<200 {
                sent += max(
                    chunk.withUnsafeBytes {
                        Foundation.send(stuck.socket, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL))
                    }, 0)
                usleep(1000)
            }
            #expect(sent < 100 << 20)
            let other = try client(port)
            #expect(other.ask("MAIL FROM:<a@b>") == "250 MAIL FROM:<a@b>")
        }
    }

    @Test func `a session has one way to the backend server: one it has left is closed before the next is opened`()
        async throws
    {
        let sink = try await Sink(hangsUp: false)
        var timeouts = quickTimeouts
        timeouts.closing = .hours(1)
        try await serving(sink, timeouts: timeouts, change: { $0.requiresLogin = false }) { port in
            let client = try SocketClient(port: port)
            #expect(client.reply().hasPrefix("220 "))
            client.send("EHLO me\r\nMAIL FROM:<a@b>\r\nRSET\r\n\(alice)\r\nMAIL FROM:<c@d>\r\n")
            let replies = (0..<5).map { _ in client.reply() }
            #expect(replies.last == "250 MAIL FROM:<c@d>")
            for _ in 0..<6000 where sink.closed.withLockedValue({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(10)) }
            #expect(sink.closed.withLockedValue { $0 } == 1)
            #expect(sink.sessions.withLockedValue { $0.count } == 2)
        }
    }

    @Test(arguments: [
        ("answers twice", "550 no\r\n250 yes", "550 no"), ("goes away", "421 bye", "421 bye"),
        ("raves", "?", "421 4.3.0 "),
    ])
    func `a backend that misbehaves ends the session with a clear reply`(
        name: String, answer: String, reply: String
    ) async throws {
        let sink = try await Sink { $0.hasPrefix("RCPT TO:<bad>") ? answer : nil }
        try await serving(sink) { port in
            let client = try client(port)
            #expect(client.ask("MAIL FROM:<a@b>").hasPrefix("250 "))
            client.send("RCPT TO:<bad>\r\nRCPT TO:<good>\r\n")
            let replies = client.rest()
            #expect(replies.hasPrefix(reply))
            #expect(replies.split(separator: "|").last?.hasPrefix("421 ") == true)
            let seen = sink.sessions.withLockedValue { text($0[0]) }
            #expect(!seen.contains("good"))
        }
    }
}
