import CheckpwdCore
import SASL
import TestSupport
import Testing

@Suite("CRAM-MD5's answer")
struct CRAMMD5ResponseTests {
    static let challenge = "<1896.697170952@postoffice.reston.mci.net>"
    static let digest = "b913a602c7eda7a495b4e6e7334d3890"

    static func attempt(_ login: String) -> Seen {
        .digest(.cramMD5, login: login, digest: digest, challenge: challenge)
    }

    @Test(
        "is login and digest, apart by the last blank",
        arguments: [
            ("tim \(digest)", attempt("tim")),
            ("tim o tee \(digest)", attempt("tim o tee")),
            ("tim  \(digest)", attempt("tim ")),
            (" \(digest)", attempt("")),
            ("", .malformed), (" ", .malformed), (digest, .malformed), ("tim", .malformed), ("tim ", .malformed),
            ("tim \(digest) ", .malformed),
            ("tim \(digest.uppercased())", .malformed),
            ("tim \(digest.dropLast())", .malformed),
            ("tim \(digest)0", .malformed),
            ("tim \(digest.dropLast())g", .malformed),
            ("tim\0<1.2@h> \(digest)", .malformed),
            ("tim\0 \(digest)", .malformed),
            ("t\tim \(digest)", .malformed),
            ("tim \(digest.dropLast())\0", .malformed),
        ])
    func answer(_ answer: String, expected: Seen) {
        let exchange = Exchange.cramMD5(challenge: Array(Self.challenge.utf8))
        #expect(Seen(exchange.answer(Secret(answer))) == expected)
    }
}
