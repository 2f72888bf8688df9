@testable import SMTP
import TestSupport
import Testing

@Suite struct SessionMailTests {
    private static let noBackend = Transcript.noBackend
    private static let (login, opened, mail, data) = (
        Transcript.login, Transcript.opened, Transcript.mail, Transcript.data
    )

    private static func strangers(_ policy: inout SessionPolicy) { policy.requiresLogin = false }

    static let ways = [
        Transcript(
            "a message",
            data + [
                "C Subject: x", "F Subject: x", "C", "F ", "C ..", "F ..", "C .", "F .", "B 250 2.0.0 queued",
                "S 250 2.0.0 queued", "C QUIT", "S 221 ~", "leave", "over quit",
            ]),
        Transcript(
            "a message in one packet with its end",
            data + [#"c a\r\n.\r\nNOOP\r\n"#, "F a|.", "B 250 ok", "S 250 ok", "F NOOP", "B 250 ok", "S 250 ok"]),
        Transcript("a message that is one dot", data + ["C .", "F .", "B 250 ok", "S 250 ok", "C DATA", "S 503 ~"]),
        Transcript(
            "a message cut in every bad place",
            data + [#"c a\r"#, "F a…", #"c \n.\r"#, "F |.…", #"c \n"#, "F ", "B 250 ok", "S 250 ok"]),
        Transcript(
            "everything pipelined, and answered in order",
            login + [#"c MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n"#, "open"] + opened
                + [
                    "F MAIL FROM:<a@b>", "B 250 1", "S 250 1", "F RCPT TO:<c@d>", "B 250 2", "S 250 2",
                    "F RCPT TO:<e@f>", "B 550 3", "S 550 3", "F DATA", "B 354 4", "S 354 4",
                ]),
        Transcript(
            "DATA refused: what follows is commands",
            mail + [#"c DATA\r\nNOOP\r\n"#, "F DATA", "B 554 no", "S 554 no", "F NOOP", "B 250 ok", "S 250 ok"]),
        Transcript(
            "a reply of several lines, in pieces",
            mail + ["C RCPT TO:<c@d>", "F RCPT TO:<c@d>", #"b 250-a\r\n25"#, #"b 0 b\r"#, #"b \n"#, "S 250-a|250 b"]),
        Transcript(
            "what is no part of a transaction",
            mail + [
                "C VRFY x", "F VRFY x", "B 252 perhaps", "S 252 perhaps", "C EXPN l", "F EXPN l", "B 502 no",
                "S 502 no", "C HELP", "S 214 ~",
            ]),
        Transcript(
            "out of order", login + ["C RCPT TO:<a@b>", "S 503 5.5.1 MAIL first", "C DATA", "S 503 5.5.1 MAIL first"]),
        Transcript(
            "MAIL refused",
            login + ["C MAIL FROM:<a@b>", "open"] + opened + [
                "F MAIL FROM:<a@b>", "B 550 no", "S 550 no", "C RCPT TO:<c@d>", "S 503 ~",
            ]),
        Transcript(
            "without EHLO",
            [
                "C AUTH PLAIN " + base64("\0alice\0pass"), "ask PLAIN alice pass", "yes", "S 235 ~",
                "C MAIL FROM:<a@b>", "S 503 5.5.1 EHLO ~",
            ]),
        Transcript(
            "RSET", mail + ["C RSET", "F RSET", "B 250 flushed", "S 250 flushed", "C RCPT TO:<c@d>", "S 503 ~"]),
        Transcript(
            "a second EHLO ends the transaction",
            mail + ["C EHLO other", "F EHLO other", "B 250 behind", "S 250-mail.example.com|~", "C DATA", "S 503 ~"]),
        Transcript(
            "a second EHLO that the one behind does not like",
            mail + ["C EHLO other", "F EHLO other", "B 550 5.7.1 no", "S 550 5.7.1 no"]),
        Transcript(
            "a server that knows HELO only",
            login + [
                "C MAIL FROM:<a@b>", "open", "B 220 old", "F EHLO client", "B 500 what", "F HELO client", "B 250 old",
                "F MAIL FROM:<a@b>",
            ]),
        Transcript(
            "a stranger, where that is allowed",
            [
                "C EHLO s", "S 250-~", "C MAIL FROM:<a@b>", "open", "B 220 behind", "F EHLO s", "B 250 behind",
                "F MAIL FROM:<a@b>", "B 250 ok", "S 250 ok", "C AUTH PLAIN AGEAYQ==", "S 503 5.5.1 not during ~",
            ], change: strangers),
        Transcript(
            "a stranger who logs in later gets another one behind",
            [
                "C EHLO s", "S 250-~", "C VRFY x", "open", "B 220 behind", "F EHLO s", "B 250 behind", "F VRFY x",
                "B 252 ok", "S 252 ok", "C AUTH PLAIN AGEAYQ==", "ask PLAIN a a", "yes", "S 235 ~", "leave",
                "C MAIL FROM:<a@b>", "open", "B 220 behind", "F EHLO s",
            ],
            change: strangers),
        Transcript(
            "STARTTLS after mail began", isTLS: false,
            [
                "C EHLO s", "S 250-~", "C VRFY x", "open", "B 220 behind", "F EHLO s", "B 250 behind", "F VRFY x",
                "B 252 ok", "S 252 ok", "C STARTTLS", "S 220 ~", "tls", "leave",
            ]
        ) {
            strangers(&$0)
            $0.offersTLS = true
        },
    ]

    static let rewriting = [
        Transcript(
            "AUTH= is taken out where the one behind does not offer AUTH",
            login + ["C MAIL FROM:<a@b> AUTH=<> SIZE=9", "open"] + opened + ["F MAIL FROM:<a@b> SIZE=9"]),
        Transcript(
            "AUTH= stays where it does",
            login + [
                "C MAIL FROM:<a@b> AUTH=<>", "open", "B 220 behind", "F EHLO client",
                #"b 250-behind\r\n250 AUTH PLAIN\r\n"#, "F MAIL FROM:<a@b> AUTH=<>",
            ]),
        Transcript("the sender is the login's", login + ["C MAIL FROM:<alice> AUTH=<>", "open"], change: checked),
        Transcript(
            "the sender is not the login's",
            login + [
                "C MAIL FROM:<bob>", "S 553 5.7.1 ~", "C MAIL FROM: <bob>", "S 553 5.7.1 ~", "C MAIL FROM:bob",
                "S 553 5.1.7 ~", "C MAIL FROM:<alice> <bob>", "S 553 5.1.7 ~",
            ], change: checked),
        Transcript(
            "a blank after the colon is nothing", login + ["C MAIL FROM: <alice>", "open"], change: checked),
        Transcript("no sender is everybody's", login + ["C MAIL FROM:<> BODY=8BITMIME", "open"], change: checked),
        Transcript(
            "XCLIENT",
            login + [
                "C MAIL FROM:<a@b>", "open", "B 220 behind", "F EHLO client",
                #"b 250-behind\r\n250 XCLIENT NAME ADDR LOGIN\r\n"#,
                "F XCLIENT NAME=[UNAVAILABLE] ADDR=192.0.2.7 LOGIN=alice", "B 220 behind", "F EHLO client",
                "B 250 behind", "F MAIL FROM:<a@b>",
            ], change: xclient),
        Transcript(
            "XCLIENT asked for and not offered",
            login + ["C MAIL FROM:<a@b>", "open", "B 220 behind", "F EHLO client", "B 250 behind"] + noBackend + [
                "over behind"
            ], change: xclient),
        Transcript(
            "XCLIENT refused",
            login + [
                "C MAIL FROM:<a@b>", "open", "B 220 behind", "F EHLO client",
                #"b 250-behind\r\n250 XCLIENT NAME ADDR LOGIN\r\n"#, "F XCLIENT ~", "B 550 no",
            ] + noBackend + ["over behind"], change: xclient),
    ]

    private static func checked(_ policy: inout SessionPolicy) {
        var passing = SessionPolicy.Passing(offer: .nothing)
        passing.senders = SenderMap()
        policy.mail = .passed(passing)
    }

    private static func xclient(_ policy: inout SessionPolicy) {
        var passing = SessionPolicy.Passing(offer: .nothing)
        passing.xclient = true
        policy.mail = .passed(passing)
    }

    @Test(arguments: ways + rewriting)
    func `mail goes through`(transcript: Transcript) {
        transcript.play()
    }

    @Test func `an extension that the backend turns out to lack is noted`() {
        var dialogue = Dialogue()
        for line in ["EHLO x", "AUTH PLAIN " + base64("\0a\0b")] { _ = dialogue.clientSends((line + "\r\n").utf8) }
        _ = dialogue.decide(.accepted)
        _ = dialogue.clientSends("MAIL FROM:<a@b>\r\n".utf8)
        _ = dialogue.backendSends("220 x\r\n".utf8)
        _ = dialogue.backendSends("250-x\r\n250 size 5\r\n".utf8)
        #expect(dialogue.session.lacking.map { text($0) } == ["8BITMIME"])
    }
}
