@testable import SMTP
import Testing

/// What either side does, of bad will or none.
@Suite struct SessionAttackTests {
    private static let (login, mail, data) = (Transcript.login, Transcript.mail, Transcript.data)
    private static let noBackend = Transcript.noBackend

    /// What the client does to be taken for two.
    static let smuggling =
        [#"a\n.\r\n"#, #"a\r\n.\n"#, #"a\r.\r\n"#, #"a\n.\n"#, #"a\r\n.\rMAIL"#].map {
            Transcript("a message with \($0)", data + ["c \($0)", "S 554 5.6.0 ~", "leave", "over bare-line-end"])
        } + [
            Transcript(
                "a bare LF after a part that was passed on",
                data + ["C x", "F x", #"c y\nz"#, "S 554 5.6.0 ~", "leave", "over bare-line-end"]),
            Transcript(
                "a NUL in a message",
                data + ["C x", "F x", #"c y\0z\r\n.\r\nMAIL FROM:<smuggled@b>\r\n"#, "S 554 5.6.0 NUL ~", "leave", "over nul"]),
            Transcript(
                "a bare LF in a command of a transaction",
                mail + [#"c RCPT TO:<a@b>\nDATA\r\n"#, "S 500 5.5.2 ~", "leave", "over bare-line-end"]),
        ]

    /// What the backend does, of bad will or none.
    static let misbehaviour =
        [
            ("it cannot be had", login + ["C MAIL FROM:<a@b>", "open", "ended"]),
            ("its banner is a refusal", login + ["C MAIL FROM:<a@b>", "open", "B 554 no"]),
            ("its banner is temporary", login + ["C MAIL FROM:<a@b>", "open", "B 421 busy"]),
            (
                "it says more than its banner",
                login + ["C MAIL FROM:<a@b>", "open", #"b 220 behind\r\n250 behind\r\n"#]
            ),
            (
                "it says more than its reply to EHLO",
                login + ["C MAIL FROM:<a@b>", "open", "B 220 behind", "F EHLO client", #"b 250 behind\r\n250 ok\r\n"#]
            ),
            (
                "it refuses EHLO for now",
                login + ["C MAIL FROM:<a@b>", "open", "B 220 behind", "F EHLO client", "B 451 later"]
            ),
            ("it dies between commands", mail + ["ended"]),
            ("it dies over a command", mail + ["C DATA", "F DATA", "ended"]),
            ("it dies in a message", data + ["C x", "F x", "ended"]),
            ("it answers unasked", mail + ["B 250 ok"]), ("it begins to answer unasked", mail + ["b 2"]),
            ("it answers in a message", data + ["C x", "F x", "B 250 ok"]),
            ("it says a yes to DATA that is none", mail + ["C DATA", "F DATA", "B 250 ok"]),
            ("it asks for a message unasked", mail + ["C RCPT TO:<c@d>", "F RCPT TO:<c@d>", "B 354 go"]),
            ("it asks for a password", mail + ["C RCPT TO:<c@d>", "F RCPT TO:<c@d>", "B 334 "]),
            ("it talks nonsense", mail + ["C RCPT TO:<c@d>", "F RCPT TO:<c@d>", "B what?"]),
            ("it hides a line", mail + ["C RCPT TO:<c@d>", "F RCPT TO:<c@d>", #"b 250 a\n250 b\r\n"#]),
            (
                "it goes on for ever",
                mail + ["C RCPT TO:<c@d>", "F RCPT TO:<c@d>", "b " + String(repeating: "2", count: 70_000)]
            ),
        ].map { Transcript($0.0, $0.1 + noBackend + ["over behind"]) } + [
            // The first of two replies is the answer; with the second the session ends before another command is looked at.
            Transcript(
                "it answers twice",
                mail + [
                    #"c RCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\n"#, "F RCPT TO:<c@d>", #"b 550 no\r\n250 yes\r\n"#,
                    "S 550 no",
                ] + noBackend + ["over behind"]),
            Transcript(
                "it goes away with 421",
                mail + ["B 421 4.3.2 going down", "S 421 4.3.2 going down", "leave", "over behind"]),
            Transcript(
                "it answers with 421",
                mail + ["C DATA", "F DATA", "B 421 4.3.2 going down", "S 421 4.3.2 going down", "leave", "over behind"]),
            Transcript(
                "it answers, and goes away with 421",
                mail + [
                    "C RCPT TO:<c@d>", "F RCPT TO:<c@d>", #"b 250 ok\r\n421 bye\r\n"#, "S 250 ok", "S 421 bye", "leave",
                    "over behind",
                ]),
            Transcript(
                "it goes away with 421 in a message",
                data + ["C x", "F x", "B 421 bye", "S 421 bye", "leave", "over behind"]),
        ]

    @Test(arguments: smuggling + misbehaviour)
    func `nothing goes through that should not, and the session ends with a clear reply`(transcript: Transcript) {
        transcript.play()
    }
}
