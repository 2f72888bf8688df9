import CSeparation
import NIOCore
import NIOPosix
import PrivilegeSeparation
@testable import SMTP
@testable import SMTPServer
import TestSupport
import Testing

@Suite("The authenticator that asks the parent")
struct ParentAuthenticatorTests {
    /// A link whose other end nobody hears.
    private func link() throws -> ParentLink {
        var ends: [Int32] = [-1, -1]
        #expect(cseparation_message_pair(&ends) == 0)
        guard let link = ParentLink(MessageSocket(FileDescriptor(owning: ends[0]))) else { throw NoAttempt() }
        _ = FileDescriptor(owning: ends[1])
        return link
    }

    @Test("asks nobody about credentials that are longer than the interface allows")
    func tooLong() async throws {
        let authenticator = ParentAuthenticator(try link(), fieldsIn: .netqmail)
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let password = String(repeating: "p", count: 505)
        let outcome = try await authenticator.check(try plainAttempt("alice", password), of: nobody, on: eventLoop).outcome.get()
        #expect(outcome == .rejected(.tooLong))
    }

    @Test(
        "lets in nobody for whom the auth command did not end with 0",
        arguments: [
            (CheckResult.ended(0), AuthResult.accepted), (.ended(1), .rejected(.exitStatus(1))),
            (.ended(2), .temporary(.exitStatus(2))), (.ended(111), .temporary(.exitStatus(111))),
            (.ended(137), .temporary(.exitStatus(137))), (.ended(-1), .temporary(.exitStatus(-1))),
            (.ended(256), .temporary(.exitStatus(256))), (.cannotStart(2), .temporary(.cannotStart(2))),
            (.timedOut, .temporary(.timedOut)), (.busy, .temporary(.busy)),
        ])
    func outcome(checked: CheckResult, expected: AuthResult) {
        #expect(AuthResult(checked) == expected)
    }
}
