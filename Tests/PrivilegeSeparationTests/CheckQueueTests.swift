@testable import PrivilegeSeparation
import TestSupport
import Testing

/// Logins that wait for their turn.
@Suite final class CheckQueueTests {
    private let start = ContinuousClock.now
    private var waiting = CheckQueue(most: 2)

    private func check(_ ticket: UInt64) -> QueuedCheck {
        QueuedCheck(ticket: ticket, method: Array("PLAIN".utf8), ConnectionEnvironment(), .init("alice\0secret\0\0"))
    }

    @Test func `first come, first served, and no more than may wait`() {
        let isAdded = [1, 2, 3].map { waiting.add(check($0), until: start) }
        #expect(isAdded == [true, true, false])
        let first = waiting.next()
        #expect(first?.login == LoginAttempt(ticket: 1, user: Array("alice".utf8), method: Array("PLAIN".utf8)))
        #expect(first?.take().text() == "alice\0secret\0\0")
        #expect(waiting.next()?.login.ticket == 2)
        #expect(waiting.next() == nil)
    }

    @Test func `who has waited too long is told`() {
        waiting = CheckQueue(most: 9)
        for ticket in 1...3 { _ = waiting.add(check(UInt64(ticket)), until: start + .seconds(ticket)) }
        #expect(waiting.nextDeadline == start + .seconds(1))
        #expect(waiting.overdue(at: start) == [])
        #expect(waiting.overdue(at: start + .seconds(2)) == [1, 2])
        #expect(waiting.next()?.login.ticket == 3)
        #expect(waiting.isEmpty)
        #expect(waiting.nextDeadline == nil)
    }

    @Test func `whose client is gone waits no more, and makes room`() {
        for ticket in 1...2 { _ = waiting.add(check(UInt64(ticket)), until: start) }
        let isRemoved = [1, 1].map { waiting.remove($0) }
        #expect(isRemoved == [true, false])
        let isAdded = waiting.add(check(3), until: start)
        #expect(isAdded)
        #expect(waiting.next()?.login.ticket == 2)
        #expect(waiting.next()?.login.ticket == 3)
    }

    @Test func `an auth command that stays is told the variables`() throws {
        var connection = ConnectionEnvironment()
        try connection.set(.remoteAddress, Array("192.0.2.1".utf8))
        try connection.set(.remotePort, Array("4711".utf8))
        let check = QueuedCheck(ticket: 1, method: Array("PLAIN".utf8), connection, .init("alice\0secret\0\0"))
        #expect(check.variables.text == "TCPREMOTEIP=192.0.2.1\0TCPREMOTEPORT=4711\0\0")
        #expect(self.check(1).variables == [0])
    }
}
