import Glibc
@testable import PrivilegeSeparation
import Testing

/// Who is sent which signal, and when.
@Suite final class ChildrenTests {
    private static let login = LoginAttempt(ticket: 7, user: Array("alice".utf8), method: Array("PLAIN".utf8))
    private let start = ContinuousClock.now
    private var children = Children(grace: .seconds(2))

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func `a check that is late gets SIGTERM and its login an answer, then SIGKILL, then nothing`() {
        children.add(100, .check(Self.login), until: at(10))
        #expect(children.nextDeadline == at(10))
        #expect(children.overdue(at: at(9)) == [])
        #expect(children.overdue(at: at(10)) == [.init(id: 100, signal: SIGTERM, ticket: 7)])
        #expect(children.overdue(at: at(11)) == [])
        #expect(children.nextDeadline == at(12))
        #expect(children.overdue(at: at(12)) == [.init(id: 100, signal: SIGKILL, ticket: nil)])
        #expect(children.overdue(at: at(99)) == [])
        #expect(children.nextDeadline == nil)
        #expect(children.checkCount == 1)
        let child = children.remove(100)
        #expect(child?.purpose == .check(nil))
        #expect(child?.byItself == false)
        #expect(children.checkCount == 0)
    }

    @Test func `a check that ends in time ended by itself`() {
        children.add(100, .check(Self.login), until: at(10))
        let child = children.remove(100)
        #expect(child?.purpose == .check(Self.login))
        #expect(child?.byItself == true)
        #expect(children.isEmpty)
    }

    @Test func `a program has no deadline before its session is over`() {
        children.add(100, .program(7), until: nil)
        #expect(children.nextDeadline == nil)
        #expect(children.overdue(at: at(1_000_000)) == [])
        children.sessionIsOver(7, until: at(10))
        children.sessionIsOver(7, until: at(99))
        #expect(children.overdue(at: at(10)) == [.init(id: 100, signal: SIGTERM, ticket: nil)])
    }

    @Test func `what is over for all is over at once for checks, and later for programs`() {
        children.add(100, .check(Self.login), until: at(60))
        children.add(101, .program(8), until: nil)
        children.add(102, .program(9), until: nil)
        children.sessionIsOver(9, until: at(3))
        children.allAreOver(now: at(1), programsUntil: at(10))
        #expect(children.overdue(at: at(1)) == [.init(id: 100, signal: SIGTERM, ticket: 7)])
        #expect(children.overdue(at: at(4)).map(\.id) == [100, 102])
        #expect(children.overdue(at: at(10)).map(\.id) == [101, 102])
    }

    @Test func `one that stays is asked, rests, is asked again, and is counted while it owes an answer`() {
        children.add(100, .worker(Self.login), until: at(10))
        #expect(children.checkCount == 1)
        let answered = [children.rest(100), children.rest(100)]
        #expect(answered == [Self.login, nil])
        #expect(children.checkCount == 0)
        #expect(children.nextDeadline == nil)
        children.ask(100, about: Self.login, until: at(20))
        #expect(children.checkCount == 1)
        #expect(children.nextDeadline == at(20))
        let child = children.remove(100)
        #expect(child?.purpose == .worker(Self.login))
        #expect(children.checkCount == 0)
    }

    @Test func `one that stays and is late has answered for good`() {
        children.add(100, .worker(Self.login), until: at(10))
        #expect(children.overdue(at: at(10)) == [.init(id: 100, signal: SIGTERM, ticket: 7)])
        // Too late: its login was answered, and it is to end.
        let answered = children.rest(100)
        #expect(answered == nil)
        #expect(children.checkCount == 1)
        #expect(children.overdue(at: at(12)) == [.init(id: 100, signal: SIGKILL, ticket: nil)])
        let child = children.remove(100)
        #expect(child?.purpose == .worker(nil))
        #expect(children.checkCount == 0)
    }

    @Test func `one that is idle is dismissed, one that owes an answer is not`() {
        children.add(100, .worker(Self.login), until: at(10))
        children.dismiss(100, until: at(1))
        #expect(children.nextDeadline == at(10))
        _ = children.rest(100)
        children.dismiss(100, until: at(1))
        #expect(children.overdue(at: at(1)) == [.init(id: 100, signal: SIGTERM, ticket: nil)])
        let child = children.remove(100)
        #expect(child?.purpose == .idle)
        // Whoever was told to end has its time.
        children.add(101, .idle, until: nil)
        children.dismiss(101, until: at(3))
        children.allAreOver(now: at(2), programsUntil: at(9))
        #expect(children.overdue(at: at(2)) == [])
        #expect(children.overdue(at: at(3)) == [.init(id: 101, signal: SIGTERM, ticket: nil)])
    }

    @Test func `a stranger's child, and an unknown session, are nobody's`() {
        #expect(children.remove(100) == nil)
        children.sessionIsOver(7, until: at(1))
        #expect(children.isEmpty)
        #expect(!children.hasProgram(7))
    }
}
