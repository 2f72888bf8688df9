import Credentials
import TestSupport
import Testing

@testable import Bridge

@Suite struct LoginNameTests {
    @Test(arguments: [
        ("alice@example.com", "alice"), ("alice@EXAMPLE.com", "alice"), ("alice@mail.example.com", "alice@mail.example.com"),
        ("alice@example.org", "alice@example.org"), ("alice", "alice"), ("@example.com", "@example.com"),
        ("a@b@example.com", "a@b"), ("alice@", "alice@"), ("alice@example.com@", "alice@example.com@"),
        ("alice@example.comx", "alice@example.comx"),
    ])
    func `a domain is cut off only where it is one of ours`(sent: String, account: String) {
        let name = LoginName(Login(sent), stripping: [Array("other.example".utf8), Array("Example.Com".utf8)])
        #expect(name.sent == Login(sent))
        #expect(name.account == Login(account))
    }
}
