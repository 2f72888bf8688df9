import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import SASL
import Testing

@testable import SMTPFront

@Suite("The channel handler")
struct SMTPHandlerTests {
    /// Asks nobody: the test decides, when it likes.
    private final class Undecided: Authenticator {
        let asked: NIOLockedValueBox<[(login: String, remoteHost: String, promise: EventLoopPromise<Outcome>)]> = .init(
            [])

        func check(
            _ claim: borrowing Claim, remoteHost: [UInt8], on eventLoop: any EventLoop
        ) -> EventLoopFuture<Outcome> {
            let promise = eventLoop.makePromise(of: Outcome.self)
            let login = text(claim.login.bytes)
            asked.withLockedValue { $0.append((login, text(remoteHost), promise)) }
            return promise.futureResult
        }

        var logins: [String] { asked.withLockedValue { $0.map(\.login) } }

        func decide(_ outcome: Outcome) {
            asked.withLockedValue { $0.last?.promise }?.succeed(outcome)
        }
    }

    /// Counts the reads that the handler asks for.
    private final class Reads: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var count = 0
        func read(context: ChannelHandlerContext) {
            count += 1
            context.read()
        }
    }

    private let channel = EmbeddedChannel()
    private let authenticator = Undecided()
    private let reads = Reads()

    init() throws {
        let session = Session(hostname: hostname) { tutorialChallenge }
        try channel.pipeline.syncOperations.addHandler(reads)
        try channel.pipeline.syncOperations.addHandler(
            SMTPHandler(session: session, authenticator: authenticator, log: LoginLog(nil)))
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.7", port: 1)).wait()
    }

    private func send(_ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
    }

    private func replies() throws -> String {
        var replies = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { replies += String(buffer: buffer) }
        return replies
    }

    private static let greeting = "220 mail.example.com ESMTP\r\n"
    private static let ok = "250 2.0.0 ok\r\n"
    private static let auth = "AUTH PLAIN " + base64("\0alice\0pass") + "\r\n"

    @Test("greets, and asks for input")
    func greets() throws {
        #expect(try replies() == Self.greeting)
        #expect(reads.count == 1)
        _ = try channel.finish()
    }

    @Test("overwrites what came in, in the very buffer that the network filled")
    func wipes() throws {
        let received = ByteBuffer(string: Self.auth)
        // As NIO's pool of buffers does, this holds on to the same memory.
        let pooled = received
        try channel.writeInbound(received)
        #expect(authenticator.logins == ["alice"])
        #expect(Array(pooled.readableBytesView) == Array(repeating: 0, count: Self.auth.utf8.count))
        authenticator.decide(.accepted)
        _ = try channel.finish()
    }

    @Test("keeps pipelined lines until the auth command has decided, and asks for no more meanwhile")
    func pipelined() throws {
        _ = try replies()
        let readsBefore = reads.count
        try send("NOOP\r\n" + Self.auth + "NOOP\r\n" + Self.auth + "NOO")
        try send("P\r\n")
        #expect(try replies() == Self.ok)
        #expect(authenticator.logins == ["alice"])
        #expect(reads.count == readsBefore)

        authenticator.decide(.rejected(.exitStatus(1)))
        #expect(try replies() == "535 5.7.8 authentication failed\r\n" + Self.ok)
        #expect(authenticator.logins == ["alice", "alice"])
        #expect(reads.count == readsBefore)

        authenticator.decide(.accepted)
        #expect(try replies() == "235 2.7.0 ok, go ahead\r\n" + Self.ok)
        #expect(reads.count == readsBefore + 1)
        _ = try channel.finish()
    }

    @Test("tells the authenticator where the client is")
    func remoteHost() throws {
        try send(Self.auth)
        #expect(authenticator.asked.withLockedValue { $0.map(\.remoteHost) } == ["192.0.2.7"])
        authenticator.decide(.accepted)
        _ = try channel.finish()
    }

    @Test("answers garbage and stays in step")
    func garbage() throws {
        _ = try replies()
        try send(String(repeating: "\u{0}\u{7F}\u{e9}", count: 3000) + "\r\n\r\n")
        try send(String(repeating: "x", count: 50_000) + "\r\nNOOP\r\n")
        let unrecognized = "500 5.5.2 command not recognized\r\n"
        #expect(try replies() == unrecognized + unrecognized + "500 5.5.6 line too long\r\n" + Self.ok)
        _ = try channel.finish()
    }

    @Test("closes after QUIT, and does nothing that was sent after it")
    func quit() throws {
        _ = try replies()
        try send("QUIT\r\nNOOP\r\n" + Self.auth)
        #expect(try replies() == "221 2.0.0 mail.example.com closing connection\r\n")
        #expect(!channel.isActive)
        #expect(authenticator.logins == [])
    }

    @Test("answers everything that came before the client's end of input, then closes")
    func inputClosed() throws {
        _ = try replies()
        try send(Self.auth + "NOOP\r\n")
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(channel.isActive)
        authenticator.decide(.accepted)
        #expect(try replies() == "235 2.7.0 ok, go ahead\r\n" + Self.ok)
        #expect(!channel.isActive)
    }

    @Test("is over, after the client vanished, only when the auth command has ended")
    func vanished() throws {
        let channel = EmbeddedChannel()
        let over = channel.eventLoop.makePromise(of: Void.self)
        let isOver = NIOLockedValueBox(false)
        over.futureResult.whenSuccess { isOver.withLockedValue { $0 = true } }
        try channel.pipeline.syncOperations.addHandler(
            SMTPHandler(
                session: Session(hostname: hostname) { tutorialChallenge }, authenticator: authenticator,
                log: LoginLog(nil),
                over: over))
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/x")).wait()
        try channel.writeInbound(ByteBuffer(string: Self.auth + "NOOP\r\n"))
        try channel.close().wait()
        #expect(!isOver.withLockedValue { $0 })
        authenticator.decide(.accepted)
        #expect(isOver.withLockedValue { $0 })
        #expect(authenticator.logins == ["alice"])
    }

    @Test("takes no line from a client that does not read its replies, until it does")
    func backpressure() throws {
        _ = try replies()
        let readsBefore = reads.count
        channel.isWritable = false
        try send("NOOP\r\n")
        #expect(try replies() == "")
        #expect(reads.count == readsBefore)
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(try replies() == Self.ok)
        #expect(reads.count == readsBefore + 1)
        _ = try channel.finish()
    }
}
