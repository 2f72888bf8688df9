import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import NIOPosix
import SASL
@testable import SMTP
@testable import SMTPServer
@testable import ServerSupport
import Testing

@Suite("How many connections there may be")
struct ConnectionLimiterTests {
    private func channel(_ address: String) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        channel.remoteAddress = try SocketAddress(ipAddress: address, port: 40000)
        return channel
    }

    @Test("is counted in all, and of one address, until their sessions are over")
    func counted() throws {
        let limiter = ConnectionLimiter(most: 3, mostPerAddress: 2)
        let first = try channel("192.0.2.1")
        let over = first.embeddedEventLoop.makePromise(of: Void.self)
        func enter(_ address: String) throws -> ConnectionLimiter.Full? {
            let channel = try channel(address)
            return limiter.enter(channel, until: channel.closeFuture)
        }
        #expect(limiter.enter(first, until: over.futureResult) == nil)
        #expect(try enter("192.0.2.1") == nil)
        #expect(try enter("192.0.2.1") == .connectionsOfAddress)
        #expect(try enter("192.0.2.2") == nil)
        #expect(try enter("192.0.2.3") == .connections)
        #expect(limiter.channels.count == 3)
        // That the connection is closed is not enough.
        try first.close().wait()
        first.embeddedEventLoop.run()
        #expect(limiter.channels.count == 3)
        over.succeed()
        first.embeddedEventLoop.run()
        #expect(limiter.channels.count == 2)
        #expect(try enter("192.0.2.1") == nil)
    }

    /// Says what came of an attempt when the test says so, and hears when nobody waits any more.
    private struct SlowAuthenticator: Authenticator {
        let decision: EventLoopPromise<AuthResult>
        let forgotten: NIOLockedValueBox<Int>

        func check(_ attempt: AuthenticationAttempt, of client: Client, on eventLoop: any EventLoop) -> PendingCheck {
            PendingCheck(decision.futureResult.hop(to: eventLoop), ticket: 7) { forgotten.withLockedValue { $0 += 1 } }
        }
    }

    private func serving(
        _ authenticator: SlowAuthenticator, _ limiter: ConnectionLimiter, _ body: (Int) async throws -> Void
    ) async throws {
        let service = SMTPService(openPolicy(), authenticator: authenticator, timeouts: quickTimeouts, logger: nil)
        try await SMTPServerTests.serving(service, limiter: limiter, body)
    }

    @Test("is kept by a client that is gone until its login is decided, and whoever decides is told", arguments: [1, 0])
    func decided(status: Int32) async throws {
        let decision = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: AuthResult.self)
        let forgotten = NIOLockedValueBox(0)
        let limiter = ConnectionLimiter(most: 1, mostPerAddress: 1)
        try await serving(SlowAuthenticator(decision: decision, forgotten: forgotten), limiter) { port in
            do {
                let client = try SocketClient(port: port)
                #expect(client.reply().hasPrefix("220 "))
                client.send(alice + "\r\n")
                client.vanish()
            }
            for _ in 0..<6000 where forgotten.withLockedValue({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(10)) }
            #expect(try SocketClient(port: port).rest().hasPrefix("421 4.7.0 "))
            decision.succeed(AuthResult(exitStatus: status))
            try await limiter.empty(on: MultiThreadedEventLoopGroup.singleton.next()).get()
            #expect(try SocketClient(port: port).reply().hasPrefix("220 "))
            // What was accepted for nobody is forgotten, too.
            #expect(forgotten.withLockedValue { $0 } >= 1 && (status != 0 || forgotten.withLockedValue { $0 } == 2))
        }
    }

    @Test("a login is relied on until its session is over")
    func reliedOn() async throws {
        let decision = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: AuthResult.self)
        decision.succeed(.accepted)
        let forgotten = NIOLockedValueBox(0)
        let limiter = ConnectionLimiter(most: 1, mostPerAddress: 1)
        try await serving(SlowAuthenticator(decision: decision, forgotten: forgotten), limiter) { port in
            let client = try SocketClient(port: port)
            #expect(client.reply().hasPrefix("220 "))
            #expect(client.ask(alice).hasPrefix("235 "))
            #expect(client.ask("NOOP").hasPrefix("250 "))
            #expect(forgotten.withLockedValue { $0 } == 0)
            #expect(client.ask("QUIT").hasPrefix("221 "))
            _ = client.rest()
            shutdown(client.socket, Int32(SHUT_RDWR))
            try await limiter.empty(on: MultiThreadedEventLoopGroup.singleton.next()).get()
            #expect(forgotten.withLockedValue { $0 } == 1)
        }
    }

    @Test("counts all of an IPv6 client's network as one, and an IPv4 client as what it is")
    func keys() throws {
        func key(_ address: String) throws -> AddressKey {
            AddressKey(try SocketAddress(ipAddress: address, port: 1))
        }
        #expect(try key("2001:db8:0:1::1") == key("2001:db8:0:1:ffff::2"))
        #expect(try key("2001:db8:0:1::1") != key("2001:db8:0:2::1"))
        #expect(try key("::ffff:192.0.2.1") == key("192.0.2.1"))
        #expect(try key("::ffff:192.0.2.1") != key("::ffff:192.0.2.2"))
        #expect(try key("192.0.2.1") != key("192.0.2.2"))
    }

    @Test("is known to be none when the last is over")
    func empty() throws {
        let limiter = ConnectionLimiter(most: 3, mostPerAddress: 2)
        let one = try channel("192.0.2.1")
        let loop = one.embeddedEventLoop
        #expect(limiter.enter(one, until: one.closeFuture) == nil)
        var isEmpty = false
        limiter.empty(on: loop).assumeIsolated().whenSuccess { isEmpty = true }
        loop.run()
        #expect(!isEmpty)
        try one.close().wait()
        loop.run()
        #expect(isEmpty)
    }
}
