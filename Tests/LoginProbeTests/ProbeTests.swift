import Testing

@testable import LoginProbe

@Suite struct TargetTests {
    @Test(arguments: [
        ("mail.example.com:25", "mail.example.com", 25), ("mail.example.com", "mail.example.com", 587),
        ("192.0.2.1:465", "192.0.2.1", 465), ("[2001:db8::1]:25", "2001:db8::1", 25),
        ("[2001:db8::1]", "2001:db8::1", 587),
        ("2001:db8::1", "2001:db8::1", 587),
    ])
    func `a server is host and port`(text: String, host: String, port: Int) {
        let target = Target(text, defaultPort: 587)
        #expect(target?.host == host && target?.port == port)
    }

    @Test(arguments: ["", ":25", "host:", "host:0", "host:65536", "host:x", "host:+1", "[::1]25", "[]:25"])
    func `what is none is refused`(text: String) {
        #expect(Target(text, defaultPort: 587) == nil)
    }

    @Test func `an address is no name to ask for`() {
        #expect(
            ["192.0.2.1", "2001:db8::1", "mail.example.com"].map { Target($0, defaultPort: 1)!.isAddress } == [
                true, true, false,
            ])
    }
}
