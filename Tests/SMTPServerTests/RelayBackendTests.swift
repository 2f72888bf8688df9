import NIOCore
import NIOPosix
@testable import SMTP
@testable import SMTPServer
import Testing

@Suite struct RelayBackendTests {
    @Test(
        arguments: [
            ("mail.example.com:25", .host("mail.example.com", port: 25)),
            ("127.0.0.1:2525", .host("127.0.0.1", port: 2525)),
            ("[::1]:25", .host("::1", port: 25)), ("unix:/run/smtpd", .unixSocket(path: "/run/smtpd")),
            ("", nil), ("mail", nil), (":25", nil), ("mail:", nil), ("mail:0", nil), ("mail:65536", nil),
            ("mail:smtp", nil),
            ("::1:25", nil), ("[mail]:25", nil), ("unix:", nil),
        ] as [(String, RelayBackend.Place?)])
    func `a place is a host and a port, or a socket's path`(text: String, expected: RelayBackend.Place?) {
        #expect(RelayBackend(text)?.place == expected)
    }

    /// Nobody listens at the first, which is tried first.
    @Test func `of a name with two addresses, the one that answers is talked to`() async throws {
        let sink = try await Sink()
        guard case .host(_, let port) = sink.relay.place else { return }
        let relay = RelayBackend(.host("mail.example.com", port: port), resolver: TwoAddresses(port: port, sink.eventLoop))
        let service = SMTPService(
            openPolicy(.passed(SessionPolicy.Passing(offer: .nothing))), authenticator: KnowingAuthenticator(), backend: relay,
            timeouts: quickTimeouts, logger: nil)
        try await serving(service) { port in
            let client = try SocketClient(port: port)
            client.send("EHLO me\r\n\(alice)\r\nMAIL FROM:<a@b>\r\nQUIT\r\n")
            #expect(client.rest().contains("|250 MAIL FROM:<a@b>|221 2.0.0 "))
        }
        try await sink.close()
    }
}

/// Knows each name by `::1` and by `127.0.0.1`.
private struct TwoAddresses: Resolver {
    private let port: Int
    private let eventLoop: any EventLoop

    init(port: Int, _ eventLoop: any EventLoop) {
        self.port = port
        self.eventLoop = eventLoop
    }

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> { address("127.0.0.1") }
    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> { address("::1") }
    func cancelQueries() {}

    private func address(_ text: String) -> EventLoopFuture<[SocketAddress]> {
        eventLoop.makeCompletedFuture { [try SocketAddress(ipAddress: text, port: port)] }
    }
}
