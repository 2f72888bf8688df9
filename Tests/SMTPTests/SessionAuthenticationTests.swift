@testable import SMTP
import TestSupport
import Testing

@Suite struct SessionAuthenticationTests {
    static let plain = "C AUTH PLAIN " + base64("\0alice\0pass")

    static let logins = [
        // The tutorial's three sessions, word for word.
        Transcript(
            "auth login",
            [
                "C auth login", "S 334 VXNlcm5hbWU6", "C cG9zdG1hc3RlckBleGFtcGxlLmNvbQ==", "S 334 UGFzc3dvcmQ6",
                "C cGFzcw==", "ask LOGIN postmaster@example.com pass", "yes", "S 235 2.7.0 ok, go ahead",
            ]),
        Transcript(
            "auth plain",
            [
                "C auth plain AHBvc3RtYXN0ZXJAZXhhbXBsZS5jb20AcGFzcw==", "ask PLAIN postmaster@example.com pass", "yes",
                "S 235 2.7.0 ok, go ahead",
            ]),
        Transcript(
            "auth cram-md5",
            [
                "C auth cram-md5", "S 334 PDIwMTM3LjEyNjc1ODUxMDBAaW5kaW1haWwub3JnPg==",
                "C cG9zdG1hc3RlckBleGFtcGxlLmNvbSBjZWU4Mzk3YWIxMjNhMGQ0ZjNhN2ZkZGJiOWNiODcxOQ==",
                "ask CRAM-MD5 postmaster@example.com cee8397ab123a0d4f3a7fddbb9cb8719", "yes",
                "S 235 2.7.0 ok, go ahead",
            ]),
        Transcript(
            "PLAIN without initial response",
            ["C AUTH PLAIN", "S 334 ", "C " + base64("\0alice\0pass"), "ask PLAIN alice pass", "yes", "S 235 ~"]),
        Transcript(
            "LOGIN with initial response",
            ["C AUTH LOGIN YWxpY2U=", "S 334 UGFzc3dvcmQ6", "C cGFzcw==", "ask LOGIN alice pass", "yes", "S 235 ~"]),
        Transcript(
            "empty name and password",
            ["C AUTH LOGIN =", "S 334 UGFzc3dvcmQ6", "C", "ask LOGIN  ", "no", "pause 1", "S 535 ~"]),
        Transcript(
            "an authorization identity that is the login",
            ["C AUTH PLAIN " + base64("alice\0alice\0pass"), "ask PLAIN alice pass", "yes", "S 235 ~"]),
        Transcript(
            "once is enough, whatever comes after",
            [
                plain, "ask PLAIN alice pass", "yes", "S 235 ~", "C EHLO x", "S 250-~", "C RSET", "S 250 ~",
                "C AUTH LOGIN", "S 503 5.5.1 already authenticated",
            ]),
        Transcript(
            "nobody can say",
            [plain, "ask PLAIN alice pass", "later", "S 454 4.7.0 ~", plain, "ask PLAIN alice pass", "yes", "S 235 ~"]),
        Transcript(
            "the domain's letters are made lower case, if that is asked for",
            [
                "C AUTH PLAIN " + base64("\0Alice@Example.COM\0Pass"), "ask PLAIN Alice@example.com Pass", "no", "pause 1",
                "S 535 ~", "C AUTH LOGIN " + base64("A@B@C"), "S 334 ~", "C " + base64("Pass"), "ask LOGIN A@B@c Pass",
            ]
        ) { $0.loginCase = .domain },
        Transcript(
            "all letters of a login are, whatever the mechanism, and none of the password or the digest",
            [
                "C AUTH PLAIN " + base64("ALICE@x\0Alice@X\0Pass"), "ask PLAIN alice@x Pass", "later", "S 454 ~",
                "C AUTH CRAM-MD5", "S 334 ~", "C " + base64("Alice \(String(repeating: "a", count: 32))"),
                "ask CRAM-MD5 alice \(String(repeating: "a", count: 32))", "later", "S 454 ~", "C AUTH LOGIN QWxpY2U=", "S 334 ~",
                "C UGFzcw==", "ask LOGIN alice Pass", "yes", "S 235 ~",
            ]
        ) { $0.loginCase = .all },
        Transcript(
            "pipelined lines wait for the answer",
            [#"c AUTH PLAIN AGEAYQ==\r\nNOOP\r\n"#, "ask PLAIN a a", "no", "pause 1", "S 535 5.7.8 ~", "S 250 ~"]),
    ]

    static let refusals = [
        Transcript(
            "another authorization identity",
            ["C AUTH PLAIN " + base64("root\0alice\0pass"), "refuse PLAIN alice other-authorization-identity", "pause 1", "S 535 5.7.8 ~"]),
        Transcript(
            "failed logins: longer and longer, then the end",
            [
                plain, "ask PLAIN alice pass", "no", "pause 1", "S 535 ~", plain, "ask PLAIN alice pass", "no",
                "pause 2", "S 535 ~", plain, "ask PLAIN alice pass", "no", "S 421 4.7.0 ~",
                "over too-many-failed-logins",
            ]),
        Transcript(
            "the delay of a refused login has an end",
            [1, 2, 4, 8, 16, 30, 30].flatMap { [plain, "ask PLAIN alice pass", "no", "pause \($0)", "S 535 ~"] }
        ) { $0.failures = 9 },
        Transcript(
            "failed logins are not forgotten by STARTTLS, nor by EHLO", isTLS: false,
            [
                plain, "ask PLAIN alice pass", "no", "pause 1", "S 535 ~", "C STARTTLS", "S 220 ~", "tls", "secured",
                "C EHLO x", "S 250-~", plain, "ask PLAIN alice pass", "no", "S 421 4.7.0 ~",
                "over too-many-failed-logins",
            ]
        ) {
            $0.failures = 2
            $0.allowsPlaintext = true
            $0.offersTLS = true
        },
        Transcript(
            "what nobody could say is no failure",
            Array(repeating: [plain, "ask PLAIN alice pass", "later", "S 454 ~"], count: 5).flatMap { $0 }),
        Transcript(
            "passwords before TLS", isTLS: false,
            [
                plain, "refuse PLAIN - before-tls", "S 504 5.5.4 ~", "C AUTH LOGIN", "refuse LOGIN - before-tls",
                "S 504 5.5.4 ~", "C AUTH CRAM-MD5", "S 334 ~", "C *", "S 501 5.0.0 ~",
            ]),
        Transcript(
            "mechanisms that are not offered",
            [
                "C AUTH PLAIN", "refuse PLAIN - mechanism-not-offered", "S 504 5.5.4 ~", "C AUTH DIGEST-MD5",
                "S 504 5.5.4 ~", "C AUTH LOGIN", "S 334 ~",
            ]
        ) { $0.mechanisms = [.login] },
        Transcript(
            "initial responses that are none",
            [
                "C AUTH PLAIN AGFsaWNl*", "refuse PLAIN - not-base64", "S 501 5.5.2 ~", "C AUTH PLAIN *",
                "refuse PLAIN - not-base64", "S 501 5.5.2 ~", "C AUTH PLAIN =", "refuse PLAIN - malformed-message",
                "S 501 5.5.2 ~", "C AUTH CRAM-MD5 abc", "refuse CRAM-MD5 - unexpected-initial-response", "S 501 5.7.0 ~",
                "C AUTH CRAM-MD5 =", "refuse CRAM-MD5 - unexpected-initial-response", "S 501 5.7.0 ~",
                "C AUTH PLAIN a b", "refuse PLAIN - unexpected-argument", "S 501 5.5.4 ~", "C NOOP", "S 250 ~",
            ]
        ) { $0.malformedLogins = 100 },
        Transcript(
            "bytes that do not belong there",
            [
                ("\0al\nice\0pass", "al\nice control-byte-in-login"), ("\0alice\0pa\0ss", "- malformed-message"),
                ("\0alice\0<1.2@h>\0b913a602c7eda7a495b4e6e7334d3890", "- malformed-message"),
            ].flatMap { ["C AUTH PLAIN " + base64($0.0), "refuse PLAIN \($0.1)", "S 501 5.5.2 ~"] }),
        Transcript(
            "NUL in what LOGIN asks for",
            [
                "C AUTH LOGIN " + base64("al\0ice"), "refuse LOGIN al\0ice control-byte-in-login", "S 501 5.5.2 ~",
                "C AUTH LOGIN YWxpY2U=", "S 334 UGFzc3dvcmQ6", "C " + base64("pa\0ss"), "refuse LOGIN alice nul-in-password",
                "S 501 5.5.2 ~",
            ]),
        Transcript(
            "five AUTH exchanges without a claim are the end, whatever comes between them", isTLS: false,
            [
                plain, "refuse PLAIN - before-tls", "S 504 ~", "C AUTH CRAM-MD5", "S 334 ~", "C !",
                "refuse CRAM-MD5 - not-base64", "S 501 5.5.2 ~", "C NOOP", "S 250 ~", "C AUTH CRAM-MD5 x",
                "refuse CRAM-MD5 - unexpected-initial-response", "S 501 5.7.0 ~", "C AUTH CRAM-MD5", "S 334 ~",
                "C " + base64("alice"), "refuse CRAM-MD5 - malformed-message", "S 501 5.5.2 ~", "C STARTTLS", "S 220 ~", "tls",
                "secured", "C AUTH PLAIN a b", "refuse PLAIN - unexpected-argument", "S 421 4.7.0 too many errors~",
                "over too-many-errors",
            ]
        ) { $0.offersTLS = true },
        Transcript(
            "an exchange that the client cancels does not count as a fault",
            Array(repeating: ["C AUTH PLAIN", "S 334 ~", "C *", "S 501 5.0.0 ~"], count: 30).flatMap { $0 }),
        Transcript(
            "a mechanism that is known and not offered is logged, and an error",
            [
                "C AUTH CRAM-MD5", "refuse CRAM-MD5 - mechanism-not-offered", "S 504 5.5.4 ~", "C AUTH CRAM-MD5",
                "refuse CRAM-MD5 - mechanism-not-offered", "S 421 4.7.0 ~", "over too-many-errors",
            ]
        ) {
            $0.mechanisms = [.login, .plain]
            $0.errors = 2
        },
        Transcript(
            "the end while somebody is asked",
            [plain, "ask PLAIN alice pass", "idle", "S 421 ~", "over idle", "yes"]),
    ]

    /// Each exchange is given up for what is no answer, and the session is in step afterwards.
    static let broken = ["AUTH PLAIN", "AUTH LOGIN", "AUTH LOGIN YQ==", "AUTH CRAM-MD5"].map { beginning in
        let answers = [
            ("C *", nil, "S 501 5.0.0 ~"), ("C %%%", "not-base64", "S 501 5.5.2 ~"), ("C =", "not-base64", "S 501 5.5.2 ~"),
            ("C **", "not-base64", "S 501 5.5.2 ~"), ("C YQ== ", "not-base64", "S 501 5.5.2 ~"),
            ("C " + base64("a\0b\0c\0d"), "", "S 501 5.5.2 ~"), ("C " + base64("a\0b"), "", "S 501 5.5.2 ~"),
            ("C " + String(repeating: "A", count: 20_000), "line-too-long", "S 500 5.5.6 ~"),
        ]
        let mechanism = beginning.split(separator: " ")[1]
        let login = beginning.hasSuffix("YQ==") ? "a" : "-"
        return Transcript(
            "broken \(beginning)",
            answers.flatMap { line, reason, reply in
                let refusal = reason.map { $0.isEmpty ? "refuse \(mechanism) ~" : "refuse \(mechanism) \(login) \($0)" }
                return ["C \(beginning)", "S 334 ~", line] + [refusal].compactMap { $0 } + [reply, "C NOOP", "S 250 2.0.0 ok"]
            }
        ) { $0.malformedLogins = 100 }
    }

    @Test(arguments: logins + refusals + broken)
    func `logins and what is none`(transcript: Transcript) {
        transcript.play()
    }
}
