@testable import SMTP
import TestSupport
import Testing

@Suite struct ServiceExtensionsTests {
    @Test func `of what a server offers, what passes through untouched is passed on`() {
        let reply =
            "250-behind.example.com at your service\r\n250-size 1000\r\n250-AUTH LOGIN\r\n250-AUTH=LOGIN\r\n250-STARTTLS\r\n"
            + "250-CHUNKING\r\n250-XCLIENT NAME ADDR\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250-VRFY\r\n"
            + "250-ENHANCEDSTATUSCODES\r\n250 PIPELINING\r\n"
        let offer = Array(reply.utf8).withUnsafeBytes { ServiceExtensions(ehloReply: $0) }
        #expect(
            offer.passedOn.lines.map { text($0) }
                == ["size 1000", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES", "PIPELINING"])
        #expect(offer.offers("AUTH") && offer.offers("SIZE") && !offer.offers("ETRN"))
        #expect(offer.parameters(of: Array("XCLIENT".utf8)).map { text($0) } == "NAME ADDR")
    }

    @Test(arguments: [
        ("", true), ("SIZE 1000,8BITMIME", true), ("pipelining", true), ("SIZE,,DSN", false), ("AUTH PLAIN", false),
        ("STARTTLS", false), ("CHUNKING", false), ("DSN,XYZ", false), ("DSN\r\n", false),
    ])
    func `an administrator's list has only what can be passed on`(list: String, isOffer: Bool) {
        #expect((ServiceExtensions(list: Array(list.utf8)) != nil) == isOffer)
    }
}
