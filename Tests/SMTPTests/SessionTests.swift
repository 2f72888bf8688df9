@testable import SMTP
import TestSupport
import Testing

/// Commands that the session answers by itself.
@Suite struct SessionTests {
    private static func authOnly(_ policy: inout SessionPolicy) { policy.mail = .refused }

    static let commands = [
        Transcript(
            "what is offered: what the one behind offers, and mechanisms",
            ["C EHLO x", "S 250-mail.example.com|250-SIZE 1000|250-8BITMIME|250 AUTH LOGIN PLAIN CRAM-MD5"]),
        Transcript(
            "what is offered before TLS: STARTTLS, and no mechanism that sends passwords", isTLS: false,
            ["C EHLO x", "S 250-mail.example.com|250-SIZE 1000|250-8BITMIME|250-STARTTLS|250 AUTH CRAM-MD5"]
        ) { $0.offersTLS = true },
        Transcript(
            "what is offered before TLS, where passwords may be sent", isTLS: false,
            ["C EHLO x", "S 250-mail.example.com|250-SIZE 1000|250-8BITMIME|250 AUTH LOGIN PLAIN CRAM-MD5"]
        ) { $0.allowsPlaintext = true },
        Transcript(
            "what is offered before TLS, where no mechanism is left", isTLS: false,
            ["C EHLO x", "S 250-mail.example.com|250-SIZE 1000|250 8BITMIME"]
        ) { $0.mechanisms = [.plain] },
        Transcript(
            "what is offered by a server that only authenticates",
            [
                "C EHLO x", "S 250-mail.example.com|250-ENHANCEDSTATUSCODES|250 AUTH LOGIN PLAIN CRAM-MD5",
                "C MAIL FROM:<a@b>", "S 502 5.5.1 ~",
            ],
            change: authOnly),
        Transcript("HELO", ["C HELO x", "S 250 mail.example.com"]),
        Transcript("a second EHLO", ["C EHLO x", "S 250-~", "C EHLO y", "S 250-~"]),
        Transcript(
            "commands without anybody behind",
            ["C NOOP", "S 250 2.0.0 ~", "C noop x", "S 250 2.0.0 ~", "C RSET", "S 250 2.0.0 ~", "C HELP", "S 214 ~"]),
        Transcript("QUIT", ["C quit", "S 221 2.0.0 mail.example.com ~", "over quit"]),
        Transcript("nothing after QUIT", [#"c QUIT\r\nNOOP\r\n"#, "S 221 ~", "over quit"]),
        Transcript(
            "wrong arguments",
            [
                "C EHLO", "S 501 5.5.4 ~", "C AUTH", "S 501 5.5.4 ~", "C STARTTLS now", "S 501 5.5.4 ~", "C DATA x",
                "S 501 5.5.4 ~", "C QUIT x", "S 501 5.5.4 ~",
            ]),
        Transcript(
            "what is not spoken",
            [
                "C BDAT 5 LAST", "S 502 5.5.1 ~", "C ETRN x", "S 502 5.5.1 ~", "C TURN", "S 502 5.5.1 ~",
                "C XCLIENT ADDR=::1", "S 500 5.5.2 ~", "C XFORWARD X=1", "S 500 5.5.2 ~", "C", "S 500 5.5.2 ~",
                #"C NO\0OP"#, "S 500 5.5.2 ~",
            ]),
        Transcript(
            "mail before a login",
            [
                "C EHLO x", "S 250-~", "C MAIL FROM:<a@b>", "S 530 5.7.0 authentication required", "C RCPT TO:<a@b>",
                "S 530 ~", "C DATA", "S 530 ~", "C VRFY a", "S 530 ~",
            ]),
        Transcript(
            "mail before a login that is possible after STARTTLS only", isTLS: false,
            ["C MAIL FROM:<a@b>", "S 530 5.7.0 must issue a STARTTLS command first"]
        ) {
            $0.offersTLS = true
            $0.mechanisms = [.plain, .login]
        },
        Transcript(
            "too long a command",
            ["C NOOP " + String(repeating: "x", count: 2042), "S 500 5.5.6 ~", "C NOOP", "S 250 ~"]),
        Transcript("as long a command as may be", ["C NOOP " + String(repeating: "x", count: 2041), "S 250 ~"]),
        Transcript(
            "pipelined commands",
            [#"c NOOP\r\nRSET\r\nXYZ\r\nNO"#, "S 250 ~", "S 250 ~", "S 500 ~", #"c OP\r\n"#, "S 250 ~"]),
        Transcript(
            "a bare LF in a command", [#"c NOOP\nNOOP\r\n"#, "S 500 5.5.2 bare CR or LF ~", "over bare-line-end"]),
        Transcript(
            "twenty commands that we refuse, of whatever kind, are the end",
            Array(repeating: ["C XYZZY", "S 500 ~", "C BDAT 1", "S 502 ~", "C MAIL FROM:<a@b>", "S 530 ~", "C NOOP", "S 250 ~"], count: 6)
                .flatMap { $0 } + ["C QUIT x", "S 501 ~", "C GET / HTTP/1.1", "S 421 4.7.0 too many errors~", "over too-many-errors"]),
        Transcript(
            "a login begins the count of errors again",
            Array(repeating: ["C XYZZY", "S 500 ~"], count: 19).flatMap { $0 } + Transcript.login
                + Array(repeating: ["C XYZZY", "S 500 ~"], count: 19).flatMap { $0 }
                + ["C XYZZY", "S 421 4.7.0 ~", "over too-many-errors"]),
        Transcript(
            "lines too long are errors too",
            ["C NOOP " + String(repeating: "x", count: 3000), "S 500 5.5.6 ~", "C " + String(repeating: "x", count: 13000), "S 421 ~", "over too-many-errors"]
        ) { $0.errors = 2 },
        Transcript("a bare CR in a command", [#"c NOOP\rX"#, "S 500 5.5.2 bare CR or LF ~", "over bare-line-end"]),
        Transcript("silence", ["idle", "S 421 4.4.2 ~", "over idle", "idle"]),
    ]

    static let tls = [
        Transcript(
            "STARTTLS", isTLS: false,
            [
                "C EHLO x", "S 250-~", "C STARTTLS", "S 220 2.0.0 ~", "tls", "secured", "C EHLO x",
                "S 250-mail.example.com|250-SIZE 1000|250-8BITMIME|250 AUTH LOGIN PLAIN CRAM-MD5", "C STARTTLS",
                "S 503 ~",
            ]
        ) { $0.offersTLS = true },
        Transcript(
            "what comes before the handshake is thrown away, in the same packet too", isTLS: false,
            [#"c STARTTLS\r\nNOOP\r\nAUTH PLAIN AGEAYQ==\r\n"#, "S 220 2.0.0 ~", "tls", "secured", "C NOOP", "S 250 ~"]
        ) { $0.offersTLS = true },
        Transcript(
            "a session that ends during the handshake: without a word, and for good", isTLS: false,
            ["C STARTTLS", "S 220 ~", "tls", "idle", "over idle", "secured", "idle", "C NOOP"]
        ) { $0.offersTLS = true },
        Transcript(
            "a handshake that nobody asked for", isTLS: false,
            ["secured", "C EHLO x", "S 250-mail.example.com|250-SIZE 1000|250-8BITMIME|250-STARTTLS|250 AUTH CRAM-MD5"]
        ) { $0.offersTLS = true },
        Transcript("STARTTLS where there is none", isTLS: false, ["C STARTTLS", "S 502 ~"]),
        Transcript(
            "a login before STARTTLS is forgotten, and so is the name", isTLS: false,
            [
                "C EHLO x", "S 250-~", "C AUTH CRAM-MD5", "S 334 ~",
                "C " + base64("alice " + String(repeating: "0", count: 32)), "ask CRAM-MD5 alice ~", "yes", "S 235 ~",
                "C STARTTLS", "S 220 ~", "tls", "secured", "C MAIL FROM:<a@b>", "S 530 5.7.0 authentication required",
                "C AUTH PLAIN " + base64("\0bob\0x"), "ask PLAIN bob x", "yes", "S 235 ~", "C MAIL FROM:<a@b>",
                "S 503 5.5.1 EHLO ~",
            ]
        ) { $0.offersTLS = true },
    ]

    @Test(arguments: commands + tls)
    func `commands that need nobody else`(transcript: Transcript) {
        transcript.play()
    }
}
