import TestSupport
import Testing

@testable import Separation

/// Logins that wait for their turn.
@Suite final class WaitingTests {
    private let start = ContinuousClock.now
    private var waiting = Waiting(most: 2)

    private func check(_ ticket: UInt64) -> WaitingCheck { WaitingCheck(ticket: ticket, Surroundings(), .init("secret")) }

    @Test func `first come, first served, and no more than may wait`() {
        let isAdded = [1, 2, 3].map { waiting.add(check($0), until: start) }
        #expect(isAdded == [true, true, false])
        #expect(waiting.next()?.ticket == 1)
        #expect(waiting.next()?.take().text() == "secret")
        #expect(waiting.next() == nil)
    }

    @Test func `who has waited too long is told`() {
        waiting = Waiting(most: 9)
        for ticket in 1...3 { _ = waiting.add(check(UInt64(ticket)), until: start + .seconds(ticket)) }
        #expect(waiting.nextDeadline == start + .seconds(1))
        #expect(waiting.overdue(at: start) == [])
        #expect(waiting.overdue(at: start + .seconds(2)) == [1, 2])
        #expect(waiting.next()?.ticket == 3)
        #expect(waiting.isEmpty)
        #expect(waiting.nextDeadline == nil)
    }
}
