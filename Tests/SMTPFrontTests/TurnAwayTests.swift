import Metrics
import NIOCore
import NIOEmbedded
import Testing

@testable import SMTPFront

@Suite("A client for which there is no place")
struct TurnAwayTests {
    @Test(
        "is told why, and that is all",
        arguments: [
            (Meters.Refusal.connections, "421 4.7.0 mail.example.com too many connections, try again later\r\n"),
            (
                .connectionsOfAddress,
                "421 4.7.0 mail.example.com too many connections from your address, try again later\r\n"
            ),
        ])
    func reply(reason: Meters.Refusal, expected: String) throws {
        let channel = EmbeddedChannel(handler: TurnAway(reason, hostname: hostname, wrapped: false))
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        channel.embeddedEventLoop.run()
        #expect(try channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) } == expected)
        #expect(!channel.isActive)
    }

    @Test("is told nothing where it expects TLS")
    func wrapped() throws {
        let channel = EmbeddedChannel(handler: TurnAway(.connections, hostname: hostname, wrapped: true))
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        channel.embeddedEventLoop.run()
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        #expect(!channel.isActive)
    }
}
