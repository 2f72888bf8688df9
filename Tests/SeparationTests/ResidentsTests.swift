import CSeparation
import Glibc
import TestSupport
import Testing

@testable import Separation

/// Which of the auth commands that stay is asked, and how long it stays.
@Suite final class ResidentsTests {
    private let start = ContinuousClock.now
    private var residents = Residents(mostAsked: 3, idling: .seconds(60))
    /// The other ends, by the numbers that stand for process ids.
    private var others: [pid_t: Int32] = [:]

    deinit {
        for other in others.values { close(other) }
    }

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    private func resident(_ id: pid_t) -> Residents.Resident {
        var ends: [Int32] = [-1, -1]
        precondition(cseparation_message_pair(&ends) == 0)
        others[id] = ends[1]
        return Residents.Resident(id: id, socket: FileDescriptor(owning: ends[0]), now: start)
    }

    /// Asks it, and lets it answer.
    private func use(_ resident: Residents.Resident, until seconds: Int) -> Bool {
        residents.ask(resident)
        return residents.rest(resident, now: at(seconds))
    }

    private func expectNoneIdle() {
        let next = residents.takeIdle()
        #expect(next?.id == nil)
    }

    private func say(_ id: pid_t, _ bytes: [UInt8]) {
        precondition(send(others[id]!, bytes, bytes.count, 0) == bytes.count)
    }

    @Test func `the one that was asked last is the next`() {
        let (first, second) = (resident(100), resident(101))
        expectNoneIdle()
        residents.ask(first)
        residents.ask(second)
        #expect(residents.asked.count == 2)
        #expect(residents.asked(100) === first)
        let stay = [residents.rest(second, now: at(1)), residents.rest(first, now: at(2))]
        #expect(stay == [true, true])
        #expect(residents.asked.isEmpty)
        let next = [residents.takeIdle(), residents.takeIdle()].map { $0?.id }
        #expect(next == [100, 101])
    }

    @Test func `it is asked about so many logins, and then let go of`() {
        let first = resident(100)
        #expect(use(first, until: 1))
        #expect(use(residents.takeIdle()!, until: 2))
        #expect(!use(residents.takeIdle()!, until: 3))
        expectNoneIdle()
    }

    @Test func `whoever is asked nothing for long is let go of`() {
        for (id, seconds) in [(pid_t(100), 1), (101, 5), (102, 9)] { #expect(use(resident(id), until: seconds)) }
        #expect(residents.nextDeadline == at(61))
        let gone = [60, 65].map { residents.letGoOfIdle(at: at($0)) }
        #expect(gone == [[], [100, 101]])
        #expect(residents.nextDeadline == at(69))
        let next = residents.takeIdle()
        #expect(next?.id == 102)
        #expect(residents.nextDeadline == nil)
    }

    @Test func `all are let go of: those that are idle now, the others after their answer`() {
        let busy = resident(100)
        residents.ask(busy)
        #expect(use(resident(101), until: 1))
        let gone = residents.letGoOfAll()
        #expect(gone == [101])
        expectNoneIdle()
        let stays = residents.rest(busy, now: at(2))
        #expect(!stays)
        expectNoneIdle()
    }

    @Test func `whoever has ended is asked nothing`() {
        residents.ask(resident(100))
        #expect(use(resident(101), until: 1))
        residents.remove(100)
        residents.remove(101)
        #expect(residents.asked.isEmpty)
        expectNoneIdle()
    }

    @Test func `an answer is one byte, and everything else is the end`() {
        let asked = resident(100)
        #expect(asked.hear() == .nothing)
        for status in [UInt8(0), 1, 111, 255] {
            say(100, [status])
            #expect(asked.hear() == .answer(status))
        }
        say(100, [0, 0])
        #expect(asked.hear() == .gone)
        close(others.removeValue(forKey: 100)!)
        #expect(asked.hear() == .gone)
        #expect(asked.send(.init("\0alice\0pass\0\0")) == EPIPE)
    }

    @Test func `an answer with a descriptor is none`() {
        let asked = resident(100)
        #expect(cseparation_send(others[100]!, [0] as [UInt8], 1, 0) == 0)
        #expect(asked.hear() == .gone)
    }
}
