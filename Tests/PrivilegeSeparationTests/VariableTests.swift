@testable import PrivilegeSeparation
import Testing

/// Which values a started program can be given.
@Suite struct VariableTests {
    @Test(arguments: [
        (Variable.remoteAddress, "192.0.2.7", true), (.remoteAddress, "2001:db8::1", true), (.remoteAddress, "", false),
        (.remoteAddress, "mail.example.com", false), (.remoteAddress, "192.0.2.7\n", false),
        (.remoteAddress, "192.0.2.7\0", false), (.localAddress, "::", true), (.localAddress, "$(id)", false),
        (.remotePort, "1", true), (.remotePort, "65535", true), (.remotePort, "65536", false), (.remotePort, "", false),
        (.remotePort, "-1", false), (.localPort, "25 ", false), (.localPort, "000025", false),
        (.relayClient, "", true), (.relayClient, "@evil.example", false),
        (.authenticatedUser, "alice", true), (.authenticatedUser, "alice@example.com", true),
        (.authenticatedUser, "", false), (.authenticatedUser, "al\nice", false), (.authenticatedUser, "al\0ice", false),
        (.authenticatedUser, "\u{7f}", false), (.authenticatedUser, "ällice", true),
        (.authenticatedUser, String(repeating: "a", count: 512), true),
        (.authenticatedUser, String(repeating: "a", count: 513), false),
        (.authenticationMethod, "CRAM-MD5", true), (.authenticationMethod, "plain", false),
        (.authenticationMethod, "", false), (.authenticationMethod, "A=B", false),
    ])
    func `a value is allowed only where it can be one`(variable: Variable, value: String, isAllowed: Bool) {
        #expect(variable.allows(Array(value.utf8)) == isAllowed)
    }
}
