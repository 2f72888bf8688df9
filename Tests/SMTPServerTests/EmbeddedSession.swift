import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
@testable import SMTP
@testable import SMTPServer
@testable import ServerSupport
import TestSupport
import Testing

/// A session whose two connections, and whose clock, are the test's: no time passes but what `pass` says.
final class EmbeddedSession {
    private let eventLoop = EmbeddedEventLoop()
    private let client: EmbeddedChannel
    private let backend: EmbeddedBackend
    private let lines = NIOLockedValueBox<[String]>([])
    private let over: EventLoopPromise<Void>

    init(
        timeouts: SessionTimeouts = quickTimeouts, authenticator: any Authenticator = KnowingAuthenticator(),
        change: (inout SessionPolicy) -> Void = { _ in }
    ) throws {
        backend = EmbeddedBackend(eventLoop)
        client = EmbeddedChannel(loop: eventLoop)
        over = eventLoop.makePromise()
        let lines = lines
        let logger = Logger(label: "") { _ in
            StandardErrorLog { line in lines.withLockedValue { $0.append(text(line)) } }
        }
        var policy = openPolicy(.passed(SessionPolicy.Passing(offer: .nothing)))
        change(&policy)
        let service = SMTPService(policy, authenticator: authenticator, backend: backend, timeouts: timeouts, logger: logger)
        try service.serve(client, over: over)
        try client.connect(to: SocketAddress(ipAddress: "192.0.2.7", port: 1)).wait()
        #expect(try replies() == "220 mail.example.com ESMTP")
    }

    /// A session need not have ended.
    deinit { over.succeed() }

    /// Time goes by.
    func pass(_ time: TimeAmount) { eventLoop.advanceTime(by: time) }

    func send(_ command: String) throws { try client.writeInbound(ByteBuffer(string: command + "\r\n")) }

    /// What the client was told since it was last looked at, CRLF as `|`.
    func replies() throws -> String { try Self.take(client) }

    /// Sends a command; what the client is told at once.
    func ask(_ command: String) throws -> String {
        try send(command)
        return try replies()
    }

    func backendSends(_ reply: String) throws {
        try backend.channel.writeInbound(ByteBuffer(string: reply + "\r\n"))
    }

    /// What the backend was sent since it was last looked at, CRLF as `|`.
    func toBackend() throws -> String { try Self.take(backend.channel) }

    /// Whether the backend takes more.
    var isBackendReading: Bool {
        get { backend.channel.isWritable }
        set {
            backend.channel.isWritable = newValue
            backend.channel.pipeline.fireChannelWritabilityChanged()
        }
    }

    /// A client that has logged in, and whose MAIL the backend has been sent, and has not answered.
    func beginMail() throws {
        #expect(try ask("EHLO me").hasPrefix("250-"))
        #expect(try ask(alice) == "235 2.7.0 ok, go ahead")
        #expect(try ask("MAIL FROM:<a@b>") == "")
        try backendSends("220 behind")
        try backendSends("250 behind")
        #expect(try toBackend() == "EHLO me|MAIL FROM:<a@b>")
    }

    /// All that was logged.
    var log: String { lines.withLockedValue { $0.joined() } }

    private static func take(_ channel: EmbeddedChannel) throws -> String {
        var all = ""
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { all += String(buffer: bytes) }
        return all.split(separator: "\r\n").joined(separator: "|")
    }
}

/// A backend that says what a test says.
private final class EmbeddedBackend: Backend {
    let channel: EmbeddedChannel

    init(_ eventLoop: EmbeddedEventLoop) {
        channel = EmbeddedChannel(loop: eventLoop)
    }

    func open(
        for session: MailSession, on eventLoop: any EventLoop,
        initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<any Channel> {
        initializer(channel).flatMap { [channel] in
            channel.connect(to: try! SocketAddress(ipAddress: "192.0.2.8", port: 25))
        }.map { [channel] in channel }
    }
}
