import CheckpwdCore
import LoginProbe
import SASL
import TestSupport
import Testing

@testable import LoginProbe

@Suite struct ClientSessionTests {
    private static let hello = "220 mail ESMTP\r\n"
    private static let all = "250-mail\r\n250 AUTH LOGIN PLAIN CRAM-MD5\r\n"
    private static let yes = "235 ok\r\n"
    private static let bye = "221 bye\r\n"

    @Test func `PLAIN is one line`() {
        var session = Session(.plain)
        #expect(
            session.hear(all: [Self.hello, Self.all, Self.yes, Self.bye])
                == ["EHLO host", "AUTH PLAIN AGFsaWNlAHBhc3M=", "QUIT", "accepted"])
        #expect(
            session.shown() == [
                "S: 220 mail ESMTP", "C: EHLO host", "S: 250-mail", "S: 250 AUTH LOGIN PLAIN CRAM-MD5",
                #"C: AUTH PLAIN ******** # \x00alice\x00********"#, "S: 235 ok", "C: QUIT", "S: 221 bye",
            ])
    }

    @Test func `PLAIN is two lines where one would be too long`() {
        let secret = String(repeating: "x", count: 400)
        var session = Session(.plain, secret: secret)
        #expect(session.hear(all: [Self.hello, Self.all]) == ["EHLO host", "AUTH PLAIN"])
        let answer = session.hear("334 \r\n")
        #expect(answer == Base64.encode(Array("\0alice\0\(secret)".utf8)).text)
        #expect(session.hear(all: [Self.yes, Self.bye]) == ["QUIT", "accepted"])
    }

    @Test func `LOGIN answers two questions, whatever they are`() {
        var session = Session(.login)
        #expect(
            session.hear(all: [Self.hello, Self.all, "334 VXNlcm5hbWU6\r\n", "334\r\n", Self.yes, Self.bye])
                == ["EHLO host", "AUTH LOGIN", "YWxpY2U=", "cGFzcw==", "QUIT", "accepted"])
        #expect(
            Array(session.shown().dropFirst(4)) == [
                "C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6 # Username:", "C: YWxpY2U= # alice", "S: 334",
                "C: ******** # ********",
                "S: 235 ok", "C: QUIT", "S: 221 bye",
            ])
    }

    /// RFC 2195 section 2.
    @Test func `CRAM-MD5 answers the published challenge as published`() {
        var session = Session(.cramMD5, login: "tim", secret: "tanstaaftanstaaf")
        #expect(
            session.hear(all: [
                Self.hello, Self.all, "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+\r\n", Self.yes,
                Self.bye,
            ]) == [
                "EHLO host", "AUTH CRAM-MD5", "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw", "QUIT", "accepted",
            ])
        let shown = session.shown()
        #expect(shown.contains { $0.hasSuffix("# <1896.697170952@postoffice.reston.mci.net>") })
        #expect(shown.contains("C: ******** # tim ********"))
    }

    @Test func `STARTTLS comes first, and what was offered before it is forgotten`() {
        var session = Session(nil, .startTLS)
        #expect(
            session.hear(all: [
                Self.hello, "250-mail\r\n250-STARTTLS\r\n250 AUTH CRAM-MD5\r\n", "220 go\r\n", "TLS",
                "250-mail\r\n250 AUTH PLAIN\r\n", Self.yes, Self.bye,
            ]) == ["EHLO host", "STARTTLS", "TLS", "EHLO host", "AUTH PLAIN AGFsaWNlAHBhc3M=", "QUIT", "accepted"])
    }

    /// Which mechanism is chosen, or why none.
    @Test(
        arguments: [
            (nil, ClientSession.Security.none, "250 AUTH LOGIN PLAIN CRAM-MD5", "AUTH CRAM-MD5"),
            (nil, .tls, "250 AUTH CRAM-MD5 LOGIN PLAIN", "AUTH PLAIN AGFsaWNlAHBhc3M="),
            (nil, .tls, "250 AUTH login", "AUTH LOGIN"),
            (nil, .tls, "250 auth cram-md5 X", "AUTH CRAM-MD5"),
            (.plain, .none, "250 AUTH PLAIN", "AUTH PLAIN AGFsaWNlAHBhc3M="),
            (nil, .none, "250 AUTH LOGIN PLAIN", "no mechanism that keeps the secret is offered"),
            (nil, .tls, "250 AUTH GSSAPI", "AUTH not offered"), (nil, .none, "250 AUTHPLAIN", "AUTH not offered"),
            (.cramMD5, .tls, "250 AUTH PLAIN LOGIN", "mechanism not offered: CRAM-MD5"),
            (nil, .startTLS, "250 AUTH CRAM-MD5", "STARTTLS not offered"),
        ] as [(Mechanism?, ClientSession.Security, String, String)])
    func `the mechanism suits the connection`(
        mechanism: Mechanism?, security: ClientSession.Security, offer: String, outcome: String
    ) {
        var session = Session(mechanism, security)
        _ = session.hear(Self.hello)
        let next = session.hear("250-mail\r\n\(offer)\r\n")
        if outcome.hasPrefix("AUTH "), !outcome.hasSuffix("offered") {
            #expect(next == outcome)
        } else {
            #expect(next == "QUIT")
            #expect(session.hear(Self.bye).hasPrefix("rejected: \(outcome)"))
        }
    }

    @Test(arguments: [
        (["535 5.7.8 no\r\n"], "rejected: server refused the login: 535 5.7.8 no"),
        (["454 4.7.0 later\r\n"], "temporary: server cannot say now: 454 4.7.0 later"),
        (["535-no\r\n535 really\r\n"], "rejected: server refused the login: 535 really"),
    ])
    func `a refusal is final, and a server that cannot say has not refused`(words: [String], outcome: String) {
        var session = Session(.plain)
        _ = session.hear(all: [Self.hello, Self.all])
        #expect(session.hear(all: words).last == "QUIT")
        #expect(session.close() == outcome)
        #expect(session.hear(Self.bye) == outcome)
    }

    @Test(arguments: [
        (["554 no service\r\n"], "rejected: server refused: 554 no service"),
        (["421 busy\r\n"], "temporary: server cannot say now: 421 busy"),
        ([hello, "502 what\r\n"], "rejected: server refused: 502 what"),
    ])
    func `a server may refuse before there is a login`(words: [String], outcome: String) {
        var session = Session()
        #expect(session.hear(all: words).last == "QUIT")
        #expect(session.close() == outcome)
    }

    @Test(arguments: [
        (["SSH-2.0-OpenSSH\r\n"], "no SMTP reply"), (["220 a\r\n250 b\r\n"], "server speaks before it is asked"),
        ([hello, all + "235 ok\r\n"], "server speaks before it is asked"),
        ([hello, "334 \r\n"], "server answers out of turn"),
        (["354 go\r\n"], "server answers out of turn"), (["199 a\r\n"], "server answers out of turn"),
        ([hello, all, "334 !\r\n"], "challenge is no base64"),
        ([hello, all, "235 ok\r\n"], "server answers out of turn"),
        ([hello, "250-mail\r\n251 AUTH PLAIN\r\n"], "no SMTP reply"),
        (["220" + String(repeating: "x", count: 20000)], "reply line too long"),
        (["220 " + String(repeating: "x", count: 20000) + "\r\n"], "reply line too long"),
        ([String(repeating: "220-a\r\n", count: 200)], "reply too long"), (["22\r\n"], "no SMTP reply"),
        (["\r\n"], "no SMTP reply"),
        (["220_a\r\n"], "no SMTP reply"),
    ])
    func `a server that breaks the protocol is not gone on with`(words: [String], outcome: String) {
        var session = Session(.cramMD5)
        #expect(session.hear(all: words).last == "temporary: \(outcome)")
    }

    /// RFC 3207 section 6: what was in the buffer behind the 220 was not said by the server that TLS vouches for.
    @Test func `a reply behind STARTTLS's is an attack`() {
        var session = Session(nil, .startTLS)
        let offer = "250-mail\r\n250 STARTTLS\r\n"
        #expect(session.hear(all: [Self.hello, offer]) == ["EHLO host", "STARTTLS"])
        #expect(session.hear("220 go\r\n250 AUTH PLAIN\r\n") == "temporary: server speaks before it is asked")
        var half = Session(nil, .startTLS)
        _ = half.hear(all: [Self.hello, offer])
        #expect(half.hear("220 go\r\n2") == "temporary: server speaks before it is asked")
    }

    @Test func `a server that never ends is left`() {
        var session = Session()
        let line = "220-" + String(repeating: "x", count: 10_000) + "\r\n"
        var last = ""
        for _ in 0..<30 where !last.hasPrefix("temporary") { last = session.hear(line) }
        #expect(last == "temporary: server sends without end")
    }

    @Test func `replies may come byte by byte`() {
        var session = Session(.plain)
        var done: [String] = []
        for byte in (Self.hello).utf8 { done.append(session.hear(bytes: [byte])) }
        #expect(done.last == "EHLO host" && done.dropLast().allSatisfy { $0 == "-" })
    }

    @Test func `a server that repeats what was sent does not show it`() {
        var session = Session(.login, secret: "tops3cret")
        _ = session.hear(all: [Self.hello, Self.all, "334 \r\n", "334 \r\n"])
        _ = session.shown()
        _ = session.hear("535 what is dG9wczNjcmV0 or tops3cret?\r\n")
        #expect(session.shown().first == "S: 535 what is ******** or ********?")
        #expect(session.close() == "rejected: server refused the login: 535 what is ******** or ********?")
    }

    /// Secrets that stand by chance in the base64 of the message that they are sent in, or just before it.
    @Test(arguments: [
        ("FsaW", "AGFsaWNlAEZzYVc=", "535 AGFsaWNlAEZzYVc= RnNhVw== AFsaW", "535 ******** ******** A********"),
        ("xA", "AGFsaWNlAHhB", "535 xAGFsaWNlAHhB x", "535 ******** x"), ("AG", "AGFsaWNlAEFH", "535 AGFsaWNlAEFH", "535 ********"),
    ])
    func `a secret does not bring to light the message that it is in`(secret: String, message: String, reply: String, shown: String) {
        var session = Session(.plain, secret: secret)
        #expect(session.hear(all: [Self.hello, Self.all]).last == "AUTH PLAIN \(message)")
        _ = session.shown()
        _ = session.hear(reply + "\r\n")
        #expect(session.shown().first == "S: \(shown)")
    }

    @Test func `before it was sent a secret is not looked for`() {
        var session = Session(.plain, secret: "mail")
        _ = session.hear(Self.hello)
        #expect(session.shown().first == "S: 220 mail ESMTP")
    }

    @Test func `a digest that is repeated is not shown`() {
        var session = Session(.cramMD5, login: "tim", secret: "tanstaaftanstaaf")
        _ = session.hear(all: [
            Self.hello, Self.all, "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+\r\n",
        ])
        _ = session.shown()
        _ = session.hear("535 dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw b913a602c7eda7a495b4e6e7334d3890\r\n")
        #expect(session.shown().first == "S: 535 ******** ********")
    }

    @Test func `a connection that closes early tells nothing`() {
        var session = Session()
        _ = session.hear(Self.hello)
        #expect(session.close() == "temporary: server closed the connection")
    }
}

/// A dialogue with a server that says what a test wants it to.
struct Session: ~Copyable {
    private var dialogue: ClientSession

    init(
        _ mechanism: Mechanism? = nil, _ security: ClientSession.Security = .none, login: String = "alice",
        secret: String = "pass"
    ) {
        dialogue = ClientSession(
            login: LoginName(login), secret: Secret(secret), mechanism: mechanism, security: security,
            hostname: Array("host".utf8))
    }

    /// What the client does: a line, `TLS`, `accepted`, a failure, or `-` for waiting.
    mutating func hear(_ text: String) -> String { hear(bytes: Array(text.utf8)) }

    mutating func hear(bytes: [UInt8]) -> String { Session.text(dialogue.receive(bytes)) }

    mutating func encrypt() -> String { Session.text(dialogue.encrypted(Array("TLS".utf8))) }

    mutating func close() -> String { dialogue.closed()?.description ?? "accepted" }

    /// What has been shown since the last call: `S: text # meaning`.
    mutating func shown() -> [String] {
        dialogue.takeTranscript().map {
            TranscriptText(isColoured: false).line($0).text.split(separator: " ").joined(separator: " ")
        }
    }

    /// What the client does at each of the server's words.
    mutating func hear(all words: [String]) -> [String] {
        var done: [String] = []
        for word in words { done.append(word == "TLS" ? encrypt() : hear(word)) }
        return done
    }

    private static func text(_ action: ClientSession.Action?) -> String {
        switch action {
        case .send(let line): return line.text.withUnsafeBytes { Array($0).text }.replacing("\r\n", with: "")
        case .startTLS: return "TLS"
        case .finish(let failure): return failure?.description ?? "accepted"
        case nil: return "-"
        }
    }
}
