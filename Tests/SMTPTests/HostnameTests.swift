@testable import SMTP
import Testing

@Suite("A host name")
struct HostnameTests {
    @Test(
        "is letters, digits, dots and hyphens, or an address literal",
        arguments: [
            ("mail.example.com", true), ("h", true), ("a_b-c.d9", true), ("[127.0.0.1]", true), ("[IPv6:::1]", true),
            (String(repeating: "a", count: 255), true), (String(repeating: "a", count: 256), false), ("", false),
            ("a b", false), ("a\r\nb", false), ("a@b", false), ("<a>", false), ("a\0", false), ("m\u{fc}ller", false),
        ])
    func allowed(name: String, isAllowed: Bool) {
        #expect((Hostname(Array(name.utf8)) != nil) == isAllowed)
    }
}
