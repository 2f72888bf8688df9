import CheckpwdCore
import SASL
import TestSupport
import Testing

/// Exchanges that end without an attempt: the reason and the login.
@Suite struct ExchangeFaultTests {
    @Test(arguments: [
        (Exchange.plain, "alice", ExchangeFault.malformedMessage, nil), (.plain, "a\0b\0c\0d", .malformedMessage, nil),
        (.plain, "\0al\nice\0pass", .controlByteInLogin, "al\nice"),
        (.loginName, "al\0ice", .controlByteInLogin, "al\0ice"), (.loginName, "\u{7F}", .controlByteInLogin, "\u{7F}"),
        (.loginPassword(LoginName(Array("alice".utf8))), "pa\0ss", .nulInPassword, "alice"),
        (.cramMD5(challenge: []), "alice", .malformedMessage, nil),
        (.cramMD5(challenge: []), "al\0ice 00000000000000000000000000000000", .controlByteInLogin, "al\0ice"),
        (.cramMD5(challenge: []), "alice 0000000000000000000000000000000G", .malformedMessage, nil),
    ] as [(Exchange, String, ExchangeFault, String?)])
    func `an exchange that fails has a reason, and the login if it is known`(
        exchange: Exchange, answer: String, fault: ExchangeFault, login: String?
    ) {
        guard case .malformed(let seen, let named) = exchange.answer(Secret(answer)) else {
            Issue.record("a claim, or another challenge")
            return
        }
        #expect(seen == fault)
        #expect(named.map { text($0.bytes) } == login)
    }

    @Test(arguments: [
        (LoginCase.asSent, "Alice@Example.COM", "Alice@Example.COM"), (.domain, "Alice@Example.COM", "Alice@example.com"),
        (.domain, "ALICE", "ALICE"), (.domain, "A@B@C", "A@B@c"), (.domain, "@B", "@b"), (.domain, "", ""),
        (.all, "Alice@Example.COM", "alice@example.com"), (.all, "ALICE", "alice"), (.all, "@[`{Z", "@[`{z"),
        (.all, "ÄLICE", "Älice"),
    ])
    func `letters of a login are made lower case, those of ASCII only`(loginCase: LoginCase, sent: String, used: String) {
        #expect(loginCase.apply(to: Array(sent.utf8)) == Array(used.utf8))
    }
}
