import CheckpwdCore
@testable import Login
import TestSupport
import Testing

@Suite struct LoginNameTests {
    @Test(arguments: [
        ("alice@example.com", "alice"), ("alice@EXAMPLE.com", "alice"), ("alice@mail.example.com", "alice@mail.example.com"),
        ("alice@example.org", "alice@example.org"), ("alice", "alice"), ("@example.com", "@example.com"),
        ("a@b@example.com", "a@b"), ("alice@", "alice@"), ("alice@example.com@", "alice@example.com@"),
        ("alice@example.comx", "alice@example.comx"),
    ])
    func `a domain is cut off only where it is one of ours`(sent: String, account: String) {
        let name = ResolvedLogin(LoginName(sent), stripping: [Array("other.example".utf8), Array("Example.Com".utf8)])
        #expect(name.sent == LoginName(sent))
        #expect(name.account == LoginName(account))
    }
}
