import NIOCore
import NIOEmbedded
import NIOSSL
@testable import SMTP
@testable import SMTPServer
@testable import ServerSupport
import TestSupport
import Testing

/// Connections from a proxy that says who the client is.
@Suite struct ProxyTests {
    private static let greeting = "220 mail.example.com ESMTP"
    private static let goodbye = "221 2.0.0 mail.example.com closing connection"
    private static let loopback = AddressPrefix(Array("127.0.0.0/8".utf8))!

    private func header(_ client: String) -> String { "PROXY TCP4 \(client) 192.0.2.1 40000 587\r\n" }

    /// A server whose proxy is this machine, and its log.
    private func serving(
        mostPerAddress: Int = .max, timeouts: SessionTimeouts = quickTimeouts, proxies: [AddressPrefix] = [loopback],
        _ body: (Int, LogLines) async throws -> Void
    ) async throws {
        let log = LogLines()
        var timeouts = timeouts
        // The line of a session comes when the connection is closed, for which a test does not wait.
        timeouts.closing = .milliseconds(100)
        let service = SMTPService(openPolicy(), authenticator: KnowingAuthenticator(), timeouts: timeouts, logger: log.logger)
        let limiter = ConnectionLimiter(most: .max, mostPerAddress: mostPerAddress)
        try await SMTPServerTests.serving(service, limiter: limiter, proxies: proxies) { try await body($0, log) }
    }

    @Test func `the log has the client that the PROXY header names, and the proxy`() async throws {
        try await serving { port, log in
            let client = try SocketClient(port: port)
            client.send(header("192.0.2.7") + "\(alice)\r\nQUIT\r\n")
            #expect(client.rest() == "\(Self.greeting)|235 2.7.0 ok, go ahead|\(Self.goodbye)")
            #expect(try await log.first(with: "session=").contains(#"rhost="192.0.2.7" proxy="127.0.0.1" login="alice""#))
            #expect(log.all(with: "verdict=").allSatisfy { $0.contains(#"rhost="192.0.2.7""#) })
        }
    }

    @Test func `a PROXY header may come byte by byte`() async throws {
        try await serving { port, log in
            let client = try SocketClient(port: port)
            for byte in header("192.0.2.7").utf8 { client.send([byte]) }
            #expect(client.reply() == Self.greeting)
            client.send("QUIT\r\n")
            #expect(client.rest() == Self.goodbye)
            #expect(try await log.first(with: "session=").contains(#"rhost="192.0.2.7""#))
        }
    }

    @Test func `the proxy's own connection has the proxy's address`() async throws {
        try await serving { port, log in
            let client = try SocketClient(port: port)
            client.send("PROXY UNKNOWN\r\nQUIT\r\n")
            #expect(client.rest() == "\(Self.greeting)|\(Self.goodbye)")
            let line = try await log.first(with: "session=")
            #expect(line.contains(#"rhost="127.0.0.1""#))
            #expect(!line.contains("proxy="))
        }
    }

    @Test func `a PROXY header of another peer is garbage`() async throws {
        try await serving(proxies: [AddressPrefix(Array("192.0.2.9".utf8))!]) { port, log in
            let client = try SocketClient(port: port)
            client.send(header("192.0.2.7") + "QUIT\r\n")
            #expect(client.rest() == "\(Self.greeting)|500 5.5.2 command not recognized|\(Self.goodbye)")
            #expect(try await log.first(with: "session=").contains(#"rhost="127.0.0.1""#))
        }
    }

    @Test(arguments: [
        ("EHLO client\r\n", "no-header"), ("PROXY TCP4 192.0.2.7 192.0.2.1 40000 x\r\n", "bad-port"),
        ("PROXY TCP4 0.0.0.0 192.0.2.1 40000 587\r\n", "bad-address"),
    ])
    func `a bad PROXY header closes the connection, with one line of the log`(sent: String, reason: String) async throws {
        try await serving { port, log in
            let client = try SocketClient(port: port)
            client.send(sent)
            #expect(client.rest() == "")
            let line = try await log.first(with: "proxy-header=")
            #expect(line.contains(#"proxy-header="\#(reason)" proxy="127.0.0.1""#))
            #expect(log.all(with: "smtp-auth: ").count == 1)
        }
    }

    @Test func `a client that speaks before the greeting is refused though its proxy spoke first`() async throws {
        var timeouts = quickTimeouts
        timeouts.greetingDelay = .milliseconds(50)
        try await serving(timeouts: timeouts) { port, _ in
            let client = try SocketClient(port: port)
            client.send(header("192.0.2.7") + "EHLO client\r\n")
            #expect(client.rest().hasPrefix("554 5.5.1 "))
            let patient = try SocketClient(port: port)
            patient.send(header("192.0.2.7"))
            #expect(patient.reply() == Self.greeting)
        }
    }

    @Test func `connections are counted for the client and not for its proxy`() async throws {
        try await serving(mostPerAddress: 1) { port, log in
            let first = try SocketClient(port: port)
            first.send(header("192.0.2.7"))
            #expect(first.reply() == Self.greeting)
            let second = try SocketClient(port: port)
            second.send(header("192.0.2.7"))
            #expect(second.rest().hasPrefix("421 4.7.0 "))
            #expect(log.all(with: "turned-away=").first?.contains(#"rhost="192.0.2.7""#) == true)
            let other = try SocketClient(port: port)
            other.send(header("192.0.2.8"))
            #expect(other.reply() == Self.greeting)
            // The proxy's own are bounded in all only.
            for _ in 0..<3 {
                let own = try SocketClient(port: port)
                own.send("PROXY UNKNOWN\r\n")
                #expect(own.reply() == Self.greeting)
                own.vanish()
            }
            first.send("QUIT\r\n")
            #expect(first.rest() == Self.goodbye)
            _ = try await log.first(with: #"session="quit""#)
            // The place is free as soon as the session is over, which is just after its line.
            var reply = ""
            while !reply.hasPrefix("220 ") {
                let next = try SocketClient(port: port)
                next.send(header("192.0.2.7"))
                reply = next.reply()
            }
        }
    }

    @Test func `TLS from the first byte on may begin in the packet of the PROXY header`() async throws {
        let log = LogLines()
        let service = SMTPService(
            openPolicy(), authenticator: KnowingAuthenticator(), tls: try Certificate().tls(), timeouts: quickTimeouts,
            logger: log.logger)
        try await SMTPServerTests.serving(service, wrapsTLS: true, proxies: [Self.loopback]) { port in
            let client = try await TLSClient(port: port)
            try await client.startTLS(after: header("192.0.2.7"))
            try await client.wait(for: Self.greeting)
            try await client.send("QUIT\r\n")
            #expect(try await client.rest() == "\(Self.greeting)|\(Self.goodbye)")
            let line = try await log.first(with: "session=")
            #expect(line.contains(#"tls="yes""#))
            #expect(line.contains(#"rhost="192.0.2.7" proxy="127.0.0.1""#))
        }
    }

    /// A connection of a proxy whose clock is the test's.
    private struct Embedded {
        let channel = EmbeddedChannel()
        let log = LogLines()
        let over: EventLoopPromise<Void>

        init(from proxy: String, to local: String = "192.0.2.1") throws {
            over = channel.embeddedEventLoop.makePromise()
            channel.remoteAddress = try SocketAddress(ipAddress: proxy, port: 50000)
            channel.localAddress = try SocketAddress(ipAddress: local, port: 587)
            let service = SMTPService(
                openPolicy(), authenticator: KnowingAuthenticator(), timeouts: quickTimeouts, logger: log.logger)
            let limiter = ConnectionLimiter(most: .max, mostPerAddress: .max)
            try service.serveProxy(channel, limiter, wrapsTLS: false, over: over)
            try channel.connect(to: SocketAddress(ipAddress: proxy, port: 50000)).wait()
        }

        func send(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }
    }

    @Test func `a PROXY header has ten seconds to come`() throws {
        let embedded = try Embedded(from: "192.0.2.9")
        try embedded.send("PROXY TCP4 ")
        embedded.channel.embeddedEventLoop.advanceTime(by: .milliseconds(9999))
        #expect(embedded.log.all(with: "smtp-auth: ") == [])
        embedded.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(embedded.log.all(with: "smtp-auth: ").count == 1)
        #expect(embedded.log.all(with: #"proxy-header="timeout" proxy="192.0.2.9""#).count == 1)
        #expect(throws: Never.self) { try embedded.over.futureResult.wait() }
    }

    @Test(arguments: [("PROXY TCP4 ", 1), ("", 0)])
    func `a proxy that ends the connection early is logged only if a header had begun`(sent: String, lines: Int) throws {
        let embedded = try Embedded(from: "192.0.2.9")
        if !sent.isEmpty { try embedded.send(sent) }
        embedded.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        embedded.channel.embeddedEventLoop.run()
        #expect(embedded.log.all(with: #"proxy-header="incomplete""#).count == lines)
        #expect(embedded.log.all(with: "smtp-auth: ").count == lines)
        #expect(throws: Never.self) { try embedded.over.futureResult.wait() }
    }

    @Test(arguments: [
        ("192.0.2.9", "127.0.0.1", false), ("192.0.2.9", "127.9.9.9", false), ("127.0.0.1", "127.0.0.2", true),
        ("::ffff:127.0.0.1", "127.0.0.2", true), ("192.0.2.1", "127.0.0.2", true), ("192.0.2.9", "192.0.2.7", true),
    ])
    func `only a proxy on this machine has clients with a loopback address`(
        proxy: String, client: String, isTaken: Bool
    ) throws {
        let embedded = try Embedded(from: proxy)
        try embedded.send(header(client))
        #expect((try embedded.channel.readOutbound(as: ByteBuffer.self) != nil) == isTaken)
        #expect(embedded.log.all(with: #"proxy-header="loopback-source""#).count == (isTaken ? 0 : 1))
        _ = try? embedded.channel.finish()
        embedded.over.succeed()
    }
}
