import Foundation
import Logging
import NIOCore
import NIOEmbedded
@testable import SMTPServer
@testable import ServerSupport
import TestSupport
import Testing

@Suite("A client for which there is no place")
struct RejectionTests {
    @Test(
        "is told why, and that is all",
        arguments: [
            (ConnectionLimiter.Full.connections, "421 4.7.0 mail.example.com too many connections, try again later\r\n"),
            (
                .connectionsOfAddress,
                "421 4.7.0 mail.example.com too many connections from your address, try again later\r\n"
            ),
        ])
    func reply(reason: ConnectionLimiter.Full, expected: String) throws {
        let channel = EmbeddedChannel(
            handler: RejectionHandler(saying: RejectionHandler.reply(reason, hostname), patience: .seconds(5)))
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        channel.embeddedEventLoop.run()
        #expect(try channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) } == expected)
        #expect(!channel.isActive)
    }

    @Test("is told nothing where it would not understand it")
    func wrapped() throws {
        let channel = EmbeddedChannel(handler: RejectionHandler(saying: [], patience: .seconds(5)))
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        channel.embeddedEventLoop.run()
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        #expect(!channel.isActive)
    }

    /// A server on whose only place somebody sits already.
    private func occupied(
        logger: Logger? = nil, wrapsTLS: Bool = false, _ body: (Int) async throws -> Void
    ) async throws {
        let tls = wrapsTLS ? try Certificate().tls() : nil
        let service = SMTPService(
            openPolicy(), authenticator: KnowingAuthenticator(), tls: tls, timeouts: quickTimeouts, logger: logger)
        try await serving(service, limiter: ConnectionLimiter(most: 1, mostPerAddress: 1), wrapsTLS: wrapsTLS) { port in
            let first = try SocketClient(port: port)
            if !wrapsTLS { #expect(first.reply().hasPrefix("220 ")) }
            try await body(port)
        }
    }

    @Test("may still speak, and its connection is not reset, so that it can read why")
    func speaks() async throws {
        try await occupied { port in
            let client = try SocketClient(port: port)
            #expect(client.rest().hasPrefix("421 4.7.0 "))
            // The first would be answered with a reset, and the second not be sent.
            for _ in 0..<2 {
                #expect(send(client.socket, "NOOP\r\n", 6, Int32(MSG_NOSIGNAL)) == 6)
                usleep(20_000)
            }
        }
    }

    @Test("is turned away without a word where too many are told")
    func tooMany() async throws {
        try await occupied { port in
            // Those that do not close the connection either.
            let told = try (0..<SMTPService.mostRejected).map { _ in try SocketClient(port: port) }
            for client in told { #expect(client.rest().hasPrefix("421 4.7.0 ")) }
            #expect(try SocketClient(port: port).rest() == "")
        }
    }

    @Test("is logged, and of many within ten seconds how many there were")
    func logged() async throws {
        let lines = LogLines()
        try await occupied(logger: lines.logger) { port in
            for _ in 0..<3 {
                let client = try SocketClient(port: port)
                #expect(client.rest().hasPrefix("421 "))
            }
        }
        #expect(lines.all(with: "turned-away=") == ["smtp-auth: turned-away=\"connections\" rhost=\"127.0.0.1\"\n"])
    }

    @Test("is counted where it is not logged")
    func unlogged() {
        let log = RejectionLog()
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        func line(_ reason: ConnectionLimiter.Full, after seconds: Int64) -> String? {
            log.line(reason, rhost: [UInt8]("192.0.2.7".utf8), at: start + .seconds(seconds)).map { text($0.bytes) }
        }
        #expect(line(.connections, after: 0) == #"turned-away="connections" rhost="192.0.2.7""#)
        #expect(line(.connections, after: 1) == nil)
        #expect(line(.connectionsOfAddress, after: 2) == #"turned-away="connections-of-address" rhost="192.0.2.7""#)
        #expect(line(.connections, after: 9) == nil)
        #expect(line(.connections, after: 10) == #"turned-away="connections" rhost="192.0.2.7" unlogged="2""#)
        #expect(line(.connections, after: 20) == #"turned-away="connections" rhost="192.0.2.7""#)
    }
}
