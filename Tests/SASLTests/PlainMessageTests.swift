import CheckpwdCore
import SASL
import TestSupport
import Testing

@Suite("PLAIN's message")
struct PlainMessageTests {
    @Test(
        "is authorization, login and password, exactly two NULs apart",
        arguments: [
            ("\0alice\0pass", Seen.password(.plain, login: "alice", password: "pass")),
            ("alice\0alice\0pass", .password(.plain, login: "alice", password: "pass")),
            ("\0a b\0p\tq\u{7F} ", .password(.plain, login: "a b", password: "p\tq\u{7F} ")),
            ("\0\0", .password(.plain, login: "", password: "")),
            ("\0alice\0", .password(.plain, login: "alice", password: "")),
            ("", .malformed), ("alice", .malformed), ("\0alice", .malformed), ("alice\0pass", .malformed),
            ("\0alice\0pass\0", .malformed), ("\0alice\0<1.2@h>\0digest", .malformed),
            ("\0al\nice\0pass", .malformed), ("\0alice\u{7F}\0pass", .malformed),
        ])
    func message(_ message: String, expected: Seen) {
        #expect(Seen(Exchange.plain.answer(Secret(message))) == expected)
    }

    @Test(
        "is refused where somebody wants to act as somebody else",
        arguments: ["root\0alice\0pass", "Alice\0alice\0pass", "alic\0alice\0pass", "alice\r\0alice\0pass"])
    func otherIdentity(_ message: String) {
        #expect(Seen(Exchange.plain.answer(Secret(message))) == .refused("alice"))
    }
}
