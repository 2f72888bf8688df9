import Foundation
import TestSupport
import Testing

/// A network process that somebody broke into, and its parent: real processes, played by `Tests/Hostile`.
@Suite struct HostileTests {
    private static let program = Stage.program("hostile")

    private func play(_ act: String) -> Program.Outcome {
        Program([Self.program, act]).run()
    }

    /// Whether nothing of a process group is left, by now or within a minute: orphans are waited for by somebody else.
    private func isGone(_ id: pid_t) -> Bool {
        for _ in 0..<6000 {
            if kill(-id, 0) == -1 { return true }
            usleep(10_000)
        }
        return false
    }

    @Test(arguments: [
        ("oversized", "sent oversized message"), ("truncated", "sent truncated message"),
        ("unknownKind", "sent unknown message"), ("tail", "sent message with a tail"), ("badVariable", "sent bad value"),
        ("badLogin", "sent bad value"),
        ("descriptor", "sent descriptor out of place"), ("descriptors", "sent oversized message"),
        ("twice", "sent unexpected message"), ("deaf", "does not read what it is told"),
        ("relays", "sent bad value"), ("impersonates", "sent bad value"), ("invents", "sent unexpected message"),
        ("isRefused", "sent unexpected message"), ("isForgotten", "sent unexpected message"),
    ])
    func `what it must not do ends it`(act: String, words: String) {
        let outcome = play(act)
        #expect(outcome.status == 111)
        #expect(
            outcome.errors == """
                parent: the network process \(words); it is killed
                parent: the network process has ended with status 137

                """)
    }

    @Test(arguments: [
        // A message without bytes cannot be told from the end.
        ("empty", Int32(111), "parent: the network process has ended with status 137\n"),
        ("closes", 111, "parent: the network process has ended with status 137\n"),
        ("crashes", 111, "parent: the network process has ended with status 137\n"),
        ("fails", 111, "parent: the network process has ended with status 5\n"),
        ("leaves", 0, "parent: ready\n"),
        ("overUnknown", 0, ""),
    ])
    func `its end is the parent's`(act: String, status: Int32, errors: String) {
        let outcome = play(act)
        #expect(outcome.status == status)
        #expect(outcome.errors == errors)
    }

    @Test func `a storm of logins is a queue: never more run at once than may`() {
        let outcome = play("storm")
        #expect(outcome.status == 0)
        var (running, most) = (0, 0)
        for line in outcome.errors.split(separator: "\n") where line == "+" || line == "-" {
            running += line == "+" ? 1 : -1
            most = max(most, running)
        }
        #expect((1...4).contains(most))
        #expect(outcome.errors.hasSuffix("ended(0) 60\n"))
    }

    @Test func `thousands of logins are each answered`() {
        let outcome = play("flood")
        #expect(outcome.status == 0)
        #expect(outcome.errors == "ended(1) 3000\n")
    }

    @Test(arguments: ["hangs", "hangsForGood"])
    func `an auth command that hangs is answered as late, and is dead afterwards`(act: String) throws {
        let outcome = play(act)
        #expect(outcome.status == 0)
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines.last == "timedOut 1")
        let id = try #require(lines.first.flatMap { pid_t($0) })
        #expect(isGone(id))
    }

    @Test func `whoever waits too long for a turn is told so`() {
        let outcome = play("waits")
        #expect(outcome.status == 0)
        // Four run and are late; the other five never ran, or were late in their turn.
        let counts = Dictionary(
            uniqueKeysWithValues: outcome.errors.split(separator: "\n").map { line in
                let words = line.split(separator: " ")
                return (String(words[0]), Int(words[1])!)
            })
        #expect((counts["busy"] ?? 0) + (counts["timedOut"] ?? 0) == 9)
        #expect((counts["busy"] ?? 0) > 0)
    }

    @Test func `a program hears who its client is, and speaks through the socket that is handed on`() {
        let outcome = play("opens")
        #expect(outcome.status == 0)
        #expect(outcome.errors.hasPrefix("220  alice PLAIN 192.0.2.7 TCP\n"))
    }

    @Test func `a login whose client is gone before its turn has come is dropped, and answered at once`() {
        let outcome = play("forgets")
        #expect(outcome.status == 0)
        // The fifth would have been the first to be late.
        #expect(outcome.errors == "5 busy\n")
    }

    @Test func `a program that lingers after its session is killed`() throws {
        let outcome = play("lingers")
        #expect(outcome.status == 0)
        let id = try #require(outcome.errors.split(separator: "\n").first.flatMap { pid_t($0) })
        #expect(isGone(id))
    }

    @Test func `no more programs are started than there can be sessions`() {
        let outcome = play("tooManyPrograms")
        #expect(outcome.errors == "errno \(EAGAIN) 50\nopened 200\n")
    }
}
