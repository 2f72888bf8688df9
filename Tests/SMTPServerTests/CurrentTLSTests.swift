import CheckpwdCore
import NIOCore
import NIOSSL
import SMTP
@testable import SMTPServer
@testable import ServerSupport
import TestSupport
import Testing
@testable import TransportSecurity

/// TLS on real sockets.
@Suite struct CurrentTLSTests {
    private let certificate = Certificate()

    private let lines = LogLines()

    private func serving(
        wrapsTLS: Bool = false, timeouts: SessionTimeouts = quickTimeouts,
        limiter: ConnectionLimiter = ConnectionLimiter(most: .max, mostPerAddress: .max), _ body: (Int) async throws -> Void
    ) async throws {
        var policy = openPolicy()
        policy.allowsPlaintext = false
        let service = SMTPService(
            policy, authenticator: KnowingAuthenticator(), tls: try certificate.tls(), timeouts: timeouts,
            logger: lines.logger)
        try await SMTPServerTests.serving(service, limiter: limiter, wrapsTLS: wrapsTLS, body)
    }

    @Test func `a client that begins TLS when its session is over does no harm: it finds the connection closed`()
        async throws
    {
        var timeouts = quickTimeouts
        // It must not be waited for.
        timeouts.closing = .hours(1)
        let limiter = ConnectionLimiter(most: 9, mostPerAddress: 9)
        try await serving(timeouts: timeouts, limiter: limiter) { port in
            let client = try await TLSClient(port: port)
            try await client.send("STARTTLS\r\n")
            try await client.wait(for: "220 2.0.0")
            for channel in limiter.channels {
                channel.pipeline.fireUserInboundEventTriggered(SMTPService.Draining())
                try await channel.eventLoop.submit {}.get()
            }
            try? await client.startTLS()
            #expect(try await client.rest() == "220 mail.example.com ESMTP|220 2.0.0 ready to start TLS")
            #expect(lines.all(with: #"session="shutdown" tls="no""#).count == 1)
            #expect(try SocketClient(port: port).reply() == "220 mail.example.com ESMTP")
        }
    }

    @Test func `a client that closes the connection without telling TLS is gone, and TLS has not failed`() async throws {
        try await serving { port in
            let client = try await TLSClient(port: port)
            try await client.send("STARTTLS\r\n")
            try await client.wait(for: "220 2.0.0")
            try await client.startTLS()
            try await client.send("NOOP\r\n")
            try await client.wait(for: "250 2.0.0")
            try await client.closeWithoutNotice()
            #expect(try await lines.first(with: "session=").contains(#"session="client-gone" tls="yes""#))
        }
    }

    @Test func `a client that speaks no TLS after STARTTLS is one for whom TLS failed`() async throws {
        try await serving { port in
            let client = try SocketClient(port: port)
            _ = client.reply()
            #expect(client.ask("STARTTLS").hasPrefix("220 "))
            client.send("NOOP\r\n")
            let line = try await lines.first(with: "session=")
            #expect(
                line.contains(
                    #"session="tls-failed" reason="plain-text-after-starttls" detail="WRONG_VERSION_NUMBER" tls="no""#), "\(line)")
        }
    }

    @Test func `after STARTTLS passwords may be sent, and what came before the handshake is gone`() async throws {
        try await serving { port in
            let client = try await TLSClient(port: port)
            try await client.send("EHLO me\r\n\(alice)\r\nSTARTTLS\r\nNOOP\r\nQUIT\r\n")
            try await client.wait(for: "220 2.0.0")
            try await client.startTLS()
            try await client.send("EHLO me\r\n\(alice)\r\nQUIT\r\n")
            #expect(
                try await client.rest()
                    == "220 mail.example.com ESMTP|250-mail.example.com|250-ENHANCEDSTATUSCODES|250-STARTTLS|250 AUTH CRAM-MD5"
                    + "|504 5.5.4 authentication mechanism not supported before STARTTLS|220 2.0.0 ready to start TLS"
                    + "|250-mail.example.com|250-ENHANCEDSTATUSCODES|250 AUTH LOGIN PLAIN CRAM-MD5"
                    + "|235 2.7.0 ok, go ahead|221 2.0.0 mail.example.com closing connection")
        }
    }

    /// Else the kernel waits 40 ms, and so does a client whose next command it holds back until then.
    @Test func `the last message of a TLS handshake after STARTTLS is acknowledged at once`() async throws {
        let limiter = ConnectionLimiter(most: 9, mostPerAddress: 9)
        try await serving(limiter: limiter) { port in
            let client = try await TLSClient(port: port)
            for _ in 0..<8 {
                try await client.send("NOOP\r\n")
                try await client.wait(for: "250 2.0.0 ok")
            }
            let server = try #require(limiter.channels.first)
            let seen = try await HandshakeWatcher.watch(server) { channel in
                (try? channel.syncOptions?.getOption(.tcpOption(ClientSocket.quickAcknowledgement))).map { Int($0 ?? -1) } ?? -1
            }
            try await client.send("STARTTLS\r\n")
            try await client.wait(for: "220 2.0.0")
            #expect(try await server.getOption(.tcpOption(ClientSocket.quickAcknowledgement)).get() == 0)
            try await client.startTLS()
            #expect(try await seen.get() == 1)
        }
    }

    @Test func `TLS may be there from the first byte`() async throws {
        try await serving(wrapsTLS: true) { port in
            let client = try await TLSClient(port: port)
            try await client.startTLS()
            try await client.send("\(alice)\r\nQUIT\r\n")
            #expect(
                try await client.rest()
                    == "220 mail.example.com ESMTP|235 2.7.0 ok, go ahead|221 2.0.0 mail.example.com closing connection"
            )
        }
    }

    @Test func `nothing older than TLS 1.2 is spoken, and no plain SMTP where there is TLS`() async throws {
        try await serving(wrapsTLS: true) { port in
            let old = try await TLSClient(port: port)
            try await old.startTLS {
                $0.minimumTLSVersion = .tlsv1
                $0.maximumTLSVersion = .tlsv11
            }
            #expect(try await old.rest() == "")
            let plain = try await TLSClient(port: port)
            try await plain.send("EHLO me\r\n\(alice)\r\n")
            #expect(try await !plain.rest().contains("2"))
        }
    }

    @Test(arguments: [
        ("two.example.org", "two"), ("TWO.example.org", "two"), ("any.example.net", "three"), ("one.example.com", "one"),
        ("other.example.com", "one"), (nil, "one"),
    ])
    func `a client gets the certificate for the name that it asks for`(name: String?, chosen: String) async throws {
        let all = ["one": Certificate(["one.example.com"]), "two": Certificate(["two.example.org"]), "three": Certificate(["*.example.net"])]
        let tls = try CurrentTLS(ServerCertificates(try ["one", "two", "three"].map { try all[$0]!.loaded() }))
        let service = SMTPService(openPolicy(), authenticator: KnowingAuthenticator(), tls: tls, timeouts: quickTimeouts, logger: nil)
        try await SMTPServerTests.serving(service) { port in
            let client = try await TLSClient(port: port)
            try await client.send("STARTTLS\r\n")
            try await client.wait(for: "220 2.0.0")
            try await client.startTLS(name: name)
            try await client.send("NOOP\r\n")
            try await client.wait(for: "250 2.0.0")
            let shown = try await client.peerCertificate()
            #expect(try shown == all[chosen]!.loaded().chain[0])
        }
    }

    /// What a client does instead of a handshake, and the session's line in the log.
    enum Failing: String, CaseIterable {
        case oldVersion = #"reason="no-common-version" detail="UNSUPPORTED_PROTOCOL""#
        case otherCipher = #"reason="no-common-cipher" detail="NO_SHARED_CIPHER""#
        case distrust = #"reason="certificate-rejected-by-client" detail="TLSV1_ALERT_UNKNOWN_CA""#
        case leaving = #"reason="client-closed""#
        case silence = #"reason="timeout""#
    }

    @Test(arguments: Failing.allCases, [false, true])
    func `a failed handshake has one line in the log, with its reason`(failing: Failing, wrapsTLS: Bool) async throws {
        var timeouts = quickTimeouts
        if failing == .silence { timeouts.idle = .milliseconds(300) }
        try await serving(wrapsTLS: wrapsTLS, timeouts: timeouts) { port in
            let client = try await TLSClient(port: port)
            if !wrapsTLS {
                try await client.send("STARTTLS\r\n")
                try await client.wait(for: "220 2.0.0")
            }
            switch failing {
            case .oldVersion:
                try await client.startTLS {
                    $0.minimumTLSVersion = .tlsv1
                    $0.maximumTLSVersion = .tlsv11
                }
            case .otherCipher:
                // For certificates with an RSA key, which the server has not.
                try await client.startTLS {
                    $0.maximumTLSVersion = .tlsv12
                    $0.cipherSuiteValues = [.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
                }
            case .distrust: try await client.startTLS { $0.certificateVerification = .noHostnameVerification }
            case .leaving: try await client.close()
            case .silence: break
            }
            _ = try await client.rest()
            let line = try await lines.first(with: "session=")
            #expect(line.contains(#"session="tls-failed" \#(failing.rawValue) tls="no""#), "\(line)")
            #expect(lines.all(with: "session=").count == 1)
        }
    }

    @Test(arguments: ["EHLO me\r\n", "GET / HTTP/1.1\r\n\r\n", "\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}"])
    func `a client that speaks plain text on a TLS port is logged as that, and not as encrypted`(words: String) async throws {
        try await serving(wrapsTLS: true) { port in
            let client = try await TLSClient(port: port)
            try await client.send(words)
            _ = try await client.rest()
            let line = try await lines.first(with: "session=")
            #expect(line.contains(#"session="tls-failed" reason="plain-text-on-tls-port" detail=""#), "\(line)")
            #expect(line.contains(#" tls="no" "#), "\(line)")
        }
    }
}
