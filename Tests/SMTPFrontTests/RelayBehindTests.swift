import Testing

@testable import SMTPFront

@Suite struct RelayBehindTests {
    @Test(
        arguments: [
            ("mail.example.com:25", .host("mail.example.com", port: 25)),
            ("127.0.0.1:2525", .host("127.0.0.1", port: 2525)),
            ("[::1]:25", .host("::1", port: 25)), ("unix:/run/smtpd", .unixSocket(path: "/run/smtpd")),
            ("", nil), ("mail", nil), (":25", nil), ("mail:", nil), ("mail:0", nil), ("mail:65536", nil),
            ("mail:smtp", nil),
            ("::1:25", nil), ("[mail]:25", nil), ("unix:", nil),
        ] as [(String, RelayBehind.Place?)])
    func `a place is a host and a port, or a socket's path`(text: String, expected: RelayBehind.Place?) {
        #expect(RelayBehind(text)?.place == expected)
    }
}
