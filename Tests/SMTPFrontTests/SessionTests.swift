import Credentials
import SASL
import Testing

@testable import SMTPFront

@Suite("A session")
struct SessionTests {
    /// What a session did with one line, in a form that a test can compare.
    enum Seen: Equatable {
        case reply(String)
        case ask(Mechanism, login: String, proof: String, challenge: String?)
        case refused(String, Mechanism, login: String)
        case close(String)
    }

    /// A session and what it says: the greeting is read already.
    struct Dialogue {
        var session = Session(hostname: hostname) { tutorialChallenge }

        mutating func send(_ line: String) -> Seen { see(session.receive(.line(secret(line)))) }
        mutating func sendOverlong() -> Seen { see(session.receive(.overlong)) }
        mutating func decide(_ outcome: Outcome) -> String { SessionTests.shown(session.decided(outcome)) }

        private func see(_ action: consuming Session.Action) -> Seen {
            switch consume action {
            case .reply(let reply): .reply(SessionTests.shown(reply))
            case .close(let reply): .close(SessionTests.shown(reply))
            case .refuse(let reply, let mechanism, let login, _):
                .refused(SessionTests.shown(reply), mechanism, login: text(login.bytes))
            case .authenticate(let claim):
                .ask(
                    claim.mechanism, login: text(claim.login.bytes), proof: text(claim.proof),
                    challenge: claim.challenge.map { text($0) })
            }
        }
    }

    /// A reply without its last line end, which it must have.
    fileprivate static func shown(_ reply: Reply) -> String {
        let bytes = text(reply.bytes)
        return bytes.hasSuffix("\r\n") ? String(bytes.unicodeScalars.dropLast(2)) : "no line end: \(bytes)"
    }

    private static let ok = "235 2.7.0 ok, go ahead"

    // The tutorial's three sessions, word for word.

    @Test("greets with its name") func greets() {
        #expect(text(Dialogue().session.greeting.bytes) == "220 mail.example.com ESMTP\r\n")
    }

    @Test("is the tutorial's for auth login")
    func tutorialLogin() {
        var dialogue = Dialogue()
        #expect(dialogue.send("auth login") == .reply("334 VXNlcm5hbWU6"))
        #expect(dialogue.send("cG9zdG1hc3RlckBleGFtcGxlLmNvbQ==") == .reply("334 UGFzc3dvcmQ6"))
        let asked = Seen.ask(.login, login: "postmaster@example.com", proof: "pass", challenge: nil)
        #expect(dialogue.send("cGFzcw==") == asked)
        #expect(dialogue.decide(.accepted) == Self.ok)
    }

    @Test("is the tutorial's for auth plain")
    func tutorialPlain() {
        var dialogue = Dialogue()
        let asked = Seen.ask(.plain, login: "postmaster@example.com", proof: "pass", challenge: nil)
        #expect(dialogue.send("auth plain AHBvc3RtYXN0ZXJAZXhhbXBsZS5jb20AcGFzcw==") == asked)
        #expect(dialogue.decide(.accepted) == Self.ok)
    }

    @Test("is the tutorial's for auth cram-md5")
    func tutorialCRAMMD5() {
        var dialogue = Dialogue()
        let challenge = "334 PDIwMTM3LjEyNjc1ODUxMDBAaW5kaW1haWwub3JnPg=="
        #expect(dialogue.send("auth cram-md5") == .reply(challenge))
        let answer = "cG9zdG1hc3RlckBleGFtcGxlLmNvbSBjZWU4Mzk3YWIxMjNhMGQ0ZjNhN2ZkZGJiOWNiODcxOQ=="
        let asked = Seen.ask(
            .cramMD5, login: "postmaster@example.com", proof: "cee8397ab123a0d4f3a7fddbb9cb8719",
            challenge: text(tutorialChallenge))
        #expect(dialogue.send(answer) == asked)
        #expect(dialogue.decide(.accepted) == Self.ok)
    }

    @Test(
        "answers commands",
        arguments: [
            ("EHLO x", "250-mail.example.com\r\n250-ENHANCEDSTATUSCODES\r\n250 AUTH LOGIN PLAIN CRAM-MD5"),
            ("HELO x", "250 mail.example.com"), ("NOOP", "250 2.0.0 "), ("RSET", "250 2.0.0 "),
            ("EHLO", "501 5.5.4 "), ("MAIL FROM:<a@b>", "502 5.5.1 "), ("STARTTLS", "502 5.5.1 "), ("X", "500 5.5.2 "),
            ("NO\0OP", "500 5.5.2 "), ("AUTH", "501 5.5.4 "), ("AUTH DIGEST-MD5", "504 5.5.4 "),
            ("AUTH PLAIN", "334 "), ("AUTH PLAIN AGFsaWNl*", "501 5.5.2 "), ("AUTH PLAIN *", "501 5.5.2 "),
            ("AUTH PLAIN =", "501 5.5.2 "), ("AUTH LOGIN =", "334 UGFzc3dvcmQ6"),
            ("AUTH LOGIN YWxpY2U=", "334 UGFzc3dvcmQ6"), ("AUTH CRAM-MD5 abc", "501 5.7.0 "),
            ("AUTH CRAM-MD5 =", "501 5.7.0 "),
        ])
    func commands(line: String, start: String) {
        var dialogue = Dialogue()
        guard case .reply(let reply) = dialogue.send(line) else {
            Issue.record("\(line) was not answered by a reply alone")
            return
        }
        #expect(
            start.hasSuffix(" ") && start.count > 4
                ? reply.hasPrefix(start) && reply.count > start.count : reply == start)
        #expect(dialogue.session.wantsInput)
    }

    @Test("says goodbye, and wants no more")
    func quit() {
        var dialogue = Dialogue()
        #expect(dialogue.send("quit") == .close("221 2.0.0 mail.example.com closing connection"))
        #expect(!dialogue.session.wantsInput)
    }

    static let beginnings = ["AUTH PLAIN", "AUTH LOGIN", "AUTH LOGIN YQ==", "AUTH CRAM-MD5"]

    @Test("gives an exchange up for what is no answer, and is in step afterwards", arguments: beginnings)
    func brokenExchange(beginning: String) {
        var dialogue = Dialogue()
        let broken = [
            ("*", "501 5.0.0 "), ("%%%", "501 5.5.2 "), ("=", "501 5.5.2 "), ("**", "501 5.5.2 "),
            ("YQ== ", "501 5.5.2 "),
            (base64("a\0b\0c\0d"), "501 5.5.2 "), (base64("a\0b"), "501 5.5.2 "),
        ]
        for (line, start) in broken {
            _ = dialogue.send(beginning)
            guard case .reply(let reply) = dialogue.send(line) else {
                Issue.record("\(line) was not answered by a reply alone")
                return
            }
            #expect(reply.hasPrefix(start), "after \(line)")
            #expect(dialogue.send("NOOP") == .reply("250 2.0.0 ok"), "after \(line)")
        }
        _ = dialogue.send(beginning)
        #expect(dialogue.sendOverlong() == .reply("500 5.5.6 line too long"))
        #expect(dialogue.send("NOOP") == .reply("250 2.0.0 ok"))
    }

    @Test(
        "asks nobody about names and passwords with bytes that do not belong there",
        arguments: ["\0al\nice\0pass", "\0alice\0pa\0ss", "\0alice\0<1.2@h>\0b913a602c7eda7a495b4e6e7334d3890"])
    func smuggled(message: String) {
        var dialogue = Dialogue()
        #expect(dialogue.send("AUTH PLAIN " + base64(message)) == .reply("501 5.5.2 malformed authentication response"))
    }

    @Test("refuses to let one act as another, and asks nobody")
    func otherIdentity() {
        var dialogue = Dialogue()
        let refused = Seen.refused("535 5.7.8 authentication failed", .plain, login: "alice")
        #expect(dialogue.send("AUTH PLAIN " + base64("root\0alice\0pass")) == refused)
        #expect(dialogue.session.wantsInput)
    }

    @Test("passes an empty login and an empty password on")
    func empty() {
        var dialogue = Dialogue()
        _ = dialogue.send("AUTH LOGIN =")
        #expect(dialogue.send("") == .ask(.login, login: "", proof: "", challenge: nil))
    }

    @Test(
        "answers an outcome, and allows another try unless it was a yes",
        arguments: [
            (Outcome.accepted, "235 2.7.0 ok, go ahead", false),
            (.rejected(.exitStatus(1)), "535 5.7.8 authentication failed", true),
            (.temporary(.exitStatus(111)), "454 4.7.0 temporary authentication failure, try again later", true),
        ])
    func outcomes(outcome: Outcome, reply: String, mayTryAgain: Bool) {
        var dialogue = Dialogue()
        _ = dialogue.send("AUTH PLAIN " + base64("\0alice\0pass"))
        #expect(!dialogue.session.wantsInput)
        #expect(dialogue.decide(outcome) == reply)
        #expect(dialogue.session.wantsInput)
        // Neither EHLO nor RSET makes it forget (RFC 4954 section 4).
        _ = dialogue.send("EHLO x")
        _ = dialogue.send("RSET")
        let second = dialogue.send("AUTH LOGIN")
        #expect(second == .reply(mayTryAgain ? "334 VXNlcm5hbWU6" : "503 5.5.1 already authenticated"))
    }
}
