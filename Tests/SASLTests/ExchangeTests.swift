import CheckpwdCore
import SASL
import TestSupport
import Testing

@Suite("An exchange")
struct ExchangeTests {
    static let challenge = Array("<1.2@h>".utf8)

    @Test("without an initial response begins with the server's words")
    func begins() {
        let expected: [(Mechanism, String, Exchange)] = [
            (.plain, "", .plain), (.login, "Username:", .loginName),
            (.cramMD5, "<1.2@h>", .cramMD5(challenge: Self.challenge)),
        ]
        for (mechanism, words, exchange) in expected {
            let beginning = Exchange.begin(mechanism) { Self.challenge }
            #expect(text(beginning.challenge) == words)
            #expect(beginning.exchange == exchange)
        }
    }

    @Test(
        "takes an initial response, unless the server speaks first",
        arguments: [(.plain, .plain), (.login, .loginName), (.cramMD5, nil)] as [(Mechanism, Exchange?)])
    func initialResponse(mechanism: Mechanism, expected: Exchange?) {
        #expect(Exchange(takingInitialResponseOf: mechanism) == expected)
    }

    @Test(
        "by LOGIN asks for the password after any name without control bytes",
        arguments: [
            ("alice", true), ("", true), ("a b", true), ("alice\n", false), ("al\0ice", false), ("\u{7F}", false),
        ])
    func loginName(name: String, isTaken: Bool) {
        let expected: Seen =
            isTaken ? .challenge("Password:", .loginPassword(LoginName(Array(name.utf8)))) : .malformed
        #expect(Seen(Exchange.loginName.answer(Secret(name))) == expected)
    }

    @Test(
        "by LOGIN takes any password without NUL",
        arguments: [("pass", true), ("", true), ("p\r\nq", true), ("pa\0ss", false), ("\0", false)])
    func loginPassword(password: String, isTaken: Bool) {
        let expected: Seen = isTaken ? .password(.login, login: "alice", password: password) : .malformed
        let exchange = Exchange.loginPassword(LoginName(Array("alice".utf8)))
        #expect(Seen(exchange.answer(Secret(password))) == expected)
    }
}
