import Foundation
import NIOCore
@testable import SMTP
@testable import SMTPServer
import TestSupport
import Testing

/// What ends a session that is none, and the question that comes before all sessions.
@Suite struct SessionTimeoutsTests {
    @Test func `no backend is a temporary failure`() async throws {
        let sink = try await Sink()
        let relay = sink.relay
        try await sink.close()
        let lines = LogLines()
        let service = SMTPService(
            openPolicy(.passed(SessionPolicy.Passing(offer: .nothing))), authenticator: KnowingAuthenticator(), backend: relay,
            timeouts: quickTimeouts, logger: lines.logger)
        try await serving(service) { port in
            let client = try SocketClient(port: port)
            client.send("EHLO me\r\n\(alice)\r\nMAIL FROM:<a@b>\r\n")
            #expect(
                client.rest().hasSuffix("421 4.3.0 mail service not available, try again later, closing connection"))
            shutdown(client.socket, Int32(SHUT_RDWR))
            #expect(try await lines.first(with: "session=").contains(#"behind="cannot-open" errno="\#(ECONNREFUSED)""#))
        }
    }

    @Test func `a client that speaks before it is greeted is refused`() async throws {
        let sink = try await Sink()
        var timeouts = SessionTimeouts()
        timeouts.greetingDelay = .seconds(60)
        try await serving(sink, timeouts: timeouts) { port in
            let client = try SocketClient(port: port)
            client.send("EHLO me\r\n")
            #expect(client.rest().hasPrefix("554 5.5.1 "))
        }
    }

    @Test func `so is one that speaks before it is greeted in TLS that comes first`() async throws {
        let certificate = Certificate()
        var timeouts = SessionTimeouts()
        timeouts.greetingDelay = .seconds(60)
        let service = SMTPService(
            openPolicy(), authenticator: KnowingAuthenticator(), tls: try certificate.tls(), timeouts: timeouts, logger: nil)
        try await serving(service, wrapsTLS: true) { port in
            let client = try await TLSClient(port: port)
            try await client.startTLS()
            try await client.send("QUIT\r\n")
            #expect(try await client.rest().hasPrefix("554 5.5.1 "))
        }
    }

    @Test func `a silent client, and a session that is too long, are told so`() async throws {
        let sink = try await Sink()
        var timeouts = quickTimeouts
        timeouts.idle = .milliseconds(20)
        try await serving(sink, timeouts: timeouts) { port in
            let client = try SocketClient(port: port)
            #expect(client.rest().contains("421 4.4.2 nothing was said"))
        }
        let other = try await Sink()
        timeouts = quickTimeouts
        timeouts.session = .milliseconds(20)
        try await serving(other, timeouts: timeouts) { port in
            let client = try SocketClient(port: port)
            #expect(client.rest().contains("421 4.4.2 the session"))
        }
    }

    @Test func `what the backend offers is learnt by asking it`() async throws {
        let sink = try await Sink()
        let eventLoop = sink.eventLoop
        let offer = try await BackendProbe.offer(of: sink.relay, hostname: hostname, on: eventLoop).get()
        #expect(offer.lines.map { text($0) } == ["SIZE 100000000", "AUTH PLAIN", "8BITMIME"])
        #expect(offer.passedOn.lines.map { text($0) } == ["SIZE 100000000", "8BITMIME"])
        try await sink.close()
        let refused = await #expect(throws: BackendProbe.Failed.self) {
            try await BackendProbe.offer(of: sink.relay, hostname: hostname, on: eventLoop).get()
        }
        #expect(refused?.description == "cannot-open, errno \(ECONNREFUSED)")
    }

    @Test func `a backend that does not answer is not said to talk nonsense`() async throws {
        let silent = try await Sink { _ in "" }
        let failed = await #expect(throws: BackendProbe.Failed.self) {
            try await BackendProbe.offer(of: silent.relay, hostname: hostname, within: .milliseconds(50), on: silent.eventLoop).get()
        }
        #expect(failed?.description == "no-answer")
        try await silent.close()
    }
}
