@testable import PrivilegeSeparation
import TestSupport
import Testing

/// Who has logged in, as far as the parent saw it.
@Suite final class AuthenticatedLoginsTests {
    private var authenticated = AuthenticatedLogins(most: 2)
    private let connection = {
        var connection = ConnectionEnvironment()
        try! connection.set(.remoteAddress, Array("192.0.2.7".utf8))
        return connection
    }()

    private func add(_ ticket: UInt64, _ user: String) {
        authenticated.add(LoginAttempt(ticket: ticket, user: Array(user.utf8), method: Array("CRAM-MD5".utf8)))
    }

    private func entries(_ ticket: UInt64) throws -> [String] {
        try authenticated.environment(of: ticket, connection).entries.map(\.text)
    }

    @Test func `a login that was accepted relays, under its own name, and no other does`() throws {
        add(7, "alice")
        #expect(
            try entries(7)
                == ["TCPREMOTEIP=192.0.2.7", "RELAYCLIENT=", "SMTPAUTHUSER=alice", "SMTPAUTHMETHOD=CRAM-MD5"])
        #expect(throws: Malformed.unexpected) { try entries(8) }
        authenticated.forget(7)
        #expect(throws: Malformed.unexpected) { try entries(7) }
    }

    @Test(arguments: ["", "al\nice", String(repeating: "a", count: 513)])
    func `whose name cannot be told does not relay`(user: String) throws {
        add(7, user)
        #expect(try entries(7) == ["TCPREMOTEIP=192.0.2.7"])
    }

    @Test func `no more are remembered than there can be sessions`() throws {
        for ticket in 1...3 { add(UInt64(ticket), "alice") }
        _ = try (entries(1), entries(2))
        #expect(throws: Malformed.unexpected) { try entries(3) }
    }
}
