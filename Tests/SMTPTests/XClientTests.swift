@testable import SMTP
import TestSupport
import Testing

@Suite struct XClientTests {
    @Test(arguments: [
        (
            "NAME ADDR PORT PROTO HELO LOGIN", "192.0.2.7", "alice",
            "XCLIENT NAME=[UNAVAILABLE] ADDR=192.0.2.7 LOGIN=alice"
        ),
        (
            "NAME ADDR LOGIN", "2001:db8::1", "a b=c+d\u{e9}",
            "XCLIENT NAME=[UNAVAILABLE] ADDR=IPV6:2001:db8::1 LOGIN=a+20b+3Dc+2Bd+C3+A9"
        ),
        ("NAME ADDR", "192.0.2.7", nil, "XCLIENT NAME=[UNAVAILABLE] ADDR=192.0.2.7"),
        ("ADDR", "", nil, "XCLIENT ADDR=[UNAVAILABLE]"),
        ("ADDR LOGIN", "192.0.2.7", "a\r\nMAIL", "XCLIENT ADDR=192.0.2.7 LOGIN=a+0D+0AMAIL"),
        ("NAME ADDR", "192.0.2.7", "alice", nil), ("NAME", "192.0.2.7", nil, nil), ("", "192.0.2.7", nil, nil),
    ])
    func `the command has what the server wants to know, in xtext`(
        attributes: String, address: String, login: String?, expected: String?
    ) {
        let xclient = XClient(address: Array(address.utf8), login: login.map { Array($0.utf8) })
        #expect(xclient.command(Array(attributes.utf8)[...]).map { text($0) } == expected.map { $0 + "\r\n" })
    }
}
