import CheckpwdCore
import NIOCore
import NIOPosix
import PrivilegeSeparation
import SASL
@testable import SMTP
@testable import SMTPServer
@testable import ServerSupport
import TestSupport
import Testing

/// Knows passwords without asking anybody: each login's is `pass`.
struct KnowingAuthenticator: Authenticator {
    func check(_ attempt: AuthenticationAttempt, of client: Client, on eventLoop: any EventLoop) -> PendingCheck {
        PendingCheck(eventLoop.makeSucceededFuture(text(attempt.response) == "pass" ? .accepted : .rejected(.exitStatus(1))))
    }
}

/// A policy for tests on loopback: passwords may be sent, and nobody waits.
func openPolicy(_ mail: SessionPolicy.Mail = .refused) -> SessionPolicy {
    var policy = SessionPolicy(hostname: hostname)
    policy.mail = mail
    policy.allowsPlaintext = true
    policy.failureDelay = .zero
    return policy
}

/// Limits without a delay before the greeting, so that a test may send at once.
var quickTimeouts: SessionTimeouts {
    var timeouts = SessionTimeouts()
    timeouts.greetingDelay = .zero
    return timeouts
}

/// Serves on loopback while `body` talks to the server.
func serving(
    _ service: SMTPService, limiter: ConnectionLimiter = ConnectionLimiter(most: .max, mostPerAddress: .max), wrapsTLS: Bool = false,
    proxies: [AddressPrefix] = [], _ body: (Int) async throws -> Void
) async throws {
    let address = try #require(ListenAddress(Array("127.0.0.1:0".utf8)))
    let server = try await Server.start(
        service, onListening: try address.listen().release(), group: MultiThreadedEventLoopGroup.singleton,
        limiter: limiter, wrapsTLS: wrapsTLS, proxies: proxies
    ).get()
    defer { server.close().whenComplete { _ in } }
    try await body(server.port)
}

/// Serves mail for `sink`.
func serving(
    _ sink: Sink, timeouts: SessionTimeouts = quickTimeouts, change: (inout SessionPolicy) -> Void = { _ in },
    _ body: (Int) async throws -> Void
) async throws {
    var policy = openPolicy(.passed(SessionPolicy.Passing(offer: ServiceExtensions(list: Array("SIZE 100000000,8BITMIME".utf8))!)))
    change(&policy)
    let service = SMTPService(
        policy, authenticator: KnowingAuthenticator(), backend: sink.relay, timeouts: timeouts, logger: nil)
    try await serving(service, body)
    try await sink.close()
}

let alice = "AUTH PLAIN " + base64("\0alice\0pass")
