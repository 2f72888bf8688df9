import TestSupport
import Testing

@testable import SMTP

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
            "pipelined lines wait for the answer",
            [#"c AUTH PLAIN AGEAYQ==\r\nNOOP\r\n"#, "ask PLAIN a a", "no", "pause 1", "S 535 5.7.8 ~", "S 250 ~"]),
    ]

    static let refusals = [
        Transcript(
            "another authorization identity",
            ["C AUTH PLAIN " + base64("root\0alice\0pass"), "refuse alice", "pause 1", "S 535 5.7.8 ~"]),
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
                plain, "S 504 5.5.4 ~", "C AUTH LOGIN", "S 504 5.5.4 ~", "C AUTH CRAM-MD5", "S 334 ~", "C *",
                "S 501 5.0.0 ~",
            ]),
        Transcript(
            "mechanisms that are not offered",
            ["C AUTH PLAIN", "S 504 5.5.4 ~", "C AUTH DIGEST-MD5", "S 504 5.5.4 ~", "C AUTH LOGIN", "S 334 ~"]
        ) { $0.mechanisms = [.login] },
        Transcript(
            "initial responses that are none",
            [
                "C AUTH PLAIN AGFsaWNl*", "S 501 5.5.2 ~", "C AUTH PLAIN *", "S 501 5.5.2 ~", "C AUTH PLAIN =",
                "S 501 5.5.2 ~", "C AUTH CRAM-MD5 abc", "S 501 5.7.0 ~", "C AUTH CRAM-MD5 =", "S 501 5.7.0 ~", "C NOOP",
                "S 250 ~",
            ]),
        Transcript(
            "bytes that do not belong there",
            ["\0al\nice\0pass", "\0alice\0pa\0ss", "\0alice\0<1.2@h>\0b913a602c7eda7a495b4e6e7334d3890"].flatMap {
                ["C AUTH PLAIN " + base64($0), "S 501 5.5.2 ~"]
            }),
        Transcript(
            "the end while somebody is asked",
            [plain, "ask PLAIN alice pass", "idle", "S 421 ~", "over idle", "yes"]),
    ]

    /// Each exchange is given up for what is no answer, and the session is in step afterwards.
    static let broken = ["AUTH PLAIN", "AUTH LOGIN", "AUTH LOGIN YQ==", "AUTH CRAM-MD5"].map { beginning in
        let answers = [
            ("C *", "S 501 5.0.0 ~"), ("C %%%", "S 501 5.5.2 ~"), ("C =", "S 501 5.5.2 ~"), ("C **", "S 501 5.5.2 ~"),
            ("C YQ== ", "S 501 5.5.2 ~"), ("C " + base64("a\0b\0c\0d"), "S 501 5.5.2 ~"),
            ("C " + base64("a\0b"), "S 501 5.5.2 ~"), ("C " + String(repeating: "A", count: 20_000), "S 500 5.5.6 ~"),
        ]
        return Transcript(
            "broken \(beginning)",
            answers.flatMap { ["C \(beginning)", "S 334 ~", $0.0, $0.1, "C NOOP", "S 250 2.0.0 ok"] })
    }

    @Test(arguments: logins + refusals + broken)
    func `logins and what is none`(transcript: Transcript) {
        transcript.play()
    }
}
