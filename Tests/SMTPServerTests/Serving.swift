import CheckpwdCore
import NIOCore
import NIOPosix
import PrivilegeSeparation
import SASL
@testable import SMTP
@testable import SMTPServer
import TestSupport
import Testing

/// Knows passwords without asking anybody: each login's is `pass`.
struct KnowingAuthenticator: Authenticator {
    func check(_ claim: Claim, of client: Client, on eventLoop: any EventLoop) -> Check {
        Check(eventLoop.makeSucceededFuture(text(claim.proof) == "pass" ? .accepted : .rejected(.exitStatus(1))))
    }
}

/// A policy for tests on loopback: passwords may be sent, and nobody waits.
func openPolicy(_ mail: Policy.Mail = .refused) -> Policy {
    var policy = Policy(hostname: hostname)
    policy.mail = mail
    policy.allowsPlaintext = true
    policy.failureDelay = .zero
    return policy
}

/// Limits without a delay before the greeting, so that a test may send at once.
var quickLimits: Limits {
    var limits = Limits()
    limits.greetingDelay = .zero
    return limits
}

/// Serves on loopback while `body` talks to the server.
func serving(
    _ service: Service, occupancy: Occupancy = Occupancy(most: .max, mostPerAddress: .max), wrapsTLS: Bool = false,
    proxies: [AddressPrefix] = [], _ body: (Int) async throws -> Void
) async throws {
    let address = try #require(ListenAddress(Array("127.0.0.1:0".utf8)))
    let server = try await Server.start(
        service, onListening: try address.listen().release(), group: MultiThreadedEventLoopGroup.singleton,
        occupancy: occupancy, wrapsTLS: wrapsTLS, proxies: proxies
    ).get()
    defer { server.close().whenComplete { _ in } }
    try await body(server.port)
}

/// Serves mail for `sink`.
func serving(
    _ sink: Sink, limits: Limits = quickLimits, change: (inout Policy) -> Void = { _ in },
    _ body: (Int) async throws -> Void
) async throws {
    var policy = openPolicy(.passed(Policy.Passing(offer: Offer(list: Array("SIZE 100000000,8BITMIME".utf8))!)))
    change(&policy)
    let service = Service(
        policy, authenticator: KnowingAuthenticator(), behind: sink.relay, limits: limits, logger: nil)
    try await serving(service, body)
    try await sink.close()
}

let alice = "AUTH PLAIN " + base64("\0alice\0pass")
