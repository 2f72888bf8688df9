import Foundation
import NIOCore
import NIOPosix
import PrivilegeSeparation
@testable import SMTPServer
@testable import ServerSupport
import TestSupport
import Testing

@Suite("One session on two descriptors")
struct OneSessionTests {
    private func pipe() throws -> (output: Int32, input: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(Foundation.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    @Test("answers what it is sent, and is over when the input ends")
    func session() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (toServer, fromServer) = (try pipe(), try pipe())
        let service = SMTPService(openPolicy(), authenticator: KnowingAuthenticator(), timeouts: watchful, logger: nil)
        let over = OneSession.serve(
            service, input: toServer.output, output: fromServer.input, client: nobody, group: group)
        let lines = "AUTH PLAIN " + base64("\0alice\0pass") + "\r\nNOOP\r\n"
        #expect(write(toServer.input, lines, lines.utf8.count) == lines.utf8.count)
        close(toServer.input)
        try await over.get()

        let replies = try #require(try FileHandle(fileDescriptor: fromServer.output, closeOnDealloc: true).readToEnd())
        #expect(text(replies) == "220 mail.example.com ESMTP\r\n235 2.7.0 ok, go ahead\r\n250 2.0.0 ok\r\n")
        try await group.shutdownGracefully()
    }

    @Test("loses no reply to a client that has finished sending, and reads late")
    func late() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (toServer, fromServer) = (try pipe(), try pipe())
        // The rest of the replies is more than the pipe holds, and less than holds the session back.
        // F_SETPIPE_SZ is 1031 (fcntl(2)); Swift does not import it.
        #expect(fcntl(fromServer.input, 1031, 4096) == 4096)
        var timeouts = SessionTimeouts()
        timeouts.closing = .hours(1)
        let service = SMTPService(openPolicy(), authenticator: KnowingAuthenticator(), timeouts: timeouts, logger: nil)
        let over = OneSession.serve(
            service, input: toServer.output, output: fromServer.input, client: nobody, group: group)
        let lines = String(repeating: "HELP\r\n", count: 700)
        #expect(write(toServer.input, lines, lines.utf8.count) == lines.utf8.count)
        close(toServer.input)
        // Time for a session that does not wait for its client to end.
        usleep(300_000)
        let replies = try #require(try FileHandle(fileDescriptor: fromServer.output, closeOnDealloc: true).readToEnd())
        #expect(text(replies).split(separator: "\r\n").count == 701)
        try await over.get()
        try await group.shutdownGracefully()
    }

    @Test("watches the client before it greets it, where it is at the other end of a socket")
    func earlyTalker() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        let service = SMTPService(openPolicy(), authenticator: KnowingAuthenticator(), timeouts: watchful, logger: nil)
        let over = OneSession.serve(service, input: ends[0], output: dup(ends[0]), client: nobody, group: group)
        #expect(write(ends[1], "NOOP\r\n", 6) == 6)
        shutdown(ends[1], Int32(SHUT_WR))
        try await over.get()
        let replies = try #require(try FileHandle(fileDescriptor: ends[1], closeOnDealloc: true).readToEnd())
        #expect(text(replies).hasPrefix("554 5.5.1 "))
        try await group.shutdownGracefully()
    }

    @Test("sends each reply at once, and acknowledges a handshake at once, where its socket is TCP's")
    func sendsAtOnce() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listener = try ListenAddress(Array("127.0.0.1:0".utf8))!.listen()
        let port = try #require(Int(text(listener.address).split(separator: ":")[1]))
        let listening = listener.release()
        defer { close(listening) }
        let client = try await TLSClient(port: port)
        let input = accept(listening, nil, nil)
        @Sendable func option(_ name: Int32) -> Int32 {
            var (value, length) = (Int32(-1), socklen_t(MemoryLayout<Int32>.size))
            return getsockopt(input, Int32(IPPROTO_TCP), name, &value, &length) == 0 ? value : -1
        }
        #expect(option(TCP_NODELAY) == 0)
        let service = SMTPService(
            openPolicy(), authenticator: KnowingAuthenticator(), tls: try Certificate().tls(), timeouts: quickTimeouts, logger: nil)
        let limiter = ConnectionLimiter(most: 1, mostPerAddress: 1)
        let over = OneSession.serve(
            service, input: input, output: dup(input), client: nobody, group: group, limiter: limiter)
        try await client.wait(for: "220 ")
        let session = try #require(limiter.channels.first)
        let seen = try await HandshakeWatcher.watch(session) { _ in Int(option(TCP_QUICKACK)) }
        try await client.send("STARTTLS\r\n")
        try await client.wait(for: "220 2.0.0")
        #expect(option(TCP_NODELAY) == 1)
        // As after a longer session.
        var none: Int32 = 0
        setsockopt(input, Int32(IPPROTO_TCP), TCP_QUICKACK, &none, socklen_t(MemoryLayout<Int32>.size))
        try await client.startTLS()
        #expect(try await seen.get() == 1)
        try await client.send("QUIT\r\n")
        _ = try await client.rest()
        try await over.get()
        try await group.shutdownGracefully()
    }

    /// A client that is watched is watched for ever.
    private var watchful: SessionTimeouts {
        var timeouts = SessionTimeouts()
        timeouts.greetingDelay = .hours(1)
        return timeouts
    }
}
