import CSeparation
import Glibc
@testable import PrivilegeSeparation
import TestSupport
import Testing

/// Which of the auth commands that stay is asked, and how long it stays.
@Suite final class ResidentsTests {
    private let start = ContinuousClock.now
    private var residents = Residents(mostQuestions: 3, idling: .seconds(60))
    /// The other ends, by the numbers that stand for process ids.
    private var others: [pid_t: Int32] = [:]

    deinit {
        for other in others.values { close(other) }
    }

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    private func resident(_ id: pid_t) -> Resident {
        var ends: [Int32] = [-1, -1]
        precondition(cseparation_message_pair(&ends) == 0)
        others[id] = ends[1]
        return Resident(id: id, socket: FileDescriptor(owning: ends[0]), now: start)
    }

    private func ask(_ resident: Resident) {
        _ = resident.ask([0], .init("alice\0pass\0\0"))
        residents.expectAnswer(of: resident)
    }

    /// Asks it, and lets it answer.
    private func use(_ resident: Resident, until seconds: Int) -> Bool {
        ask(resident)
        return residents.rest(resident, now: at(seconds))
    }

    private func expectNoneIdle() {
        let next = residents.takeIdle()
        #expect(next?.id == nil)
    }

    private func say(_ id: pid_t, _ bytes: [UInt8]) {
        precondition(send(others[id]!, bytes, bytes.count, 0) == bytes.count)
    }

    @Test func `one that does not answer is suspected once, as long as none has answered`() {
        let (first, second) = (resident(100), resident(101))
        residents.expectAnswer(of: first, now: at(0))
        residents.expectAnswer(of: second, now: at(1))
        #expect(residents.nextSilence == at(4))
        #expect(residents.silent(at: at(3)).isEmpty)
        let suspects = residents.silent(at: at(4))
        #expect(suspects.map(\.id) == [100])
        first.letGoOfQuestions()
        #expect(residents.silent(at: at(4)).isEmpty)
        #expect(residents.nextSilence == at(5))
        // It reads the end now, and may answer all the same; but is not asked again.
        var byte: UInt8 = 0
        #expect(recv(others[100]!, &byte, 1, 0) == 0)
        say(100, [0, 1])
        #expect(first.hear() == .answer(1))
        let stays = residents.rest(first, now: at(5))
        #expect(!stays)
        #expect(residents.silent(at: at(100)).isEmpty)
        #expect(residents.nextSilence == nil)
    }

    @Test func `the one that was asked last is the next`() {
        let (first, second) = (resident(100), resident(101))
        expectNoneIdle()
        ask(first)
        ask(second)
        #expect(residents.owing.count == 2)
        #expect(residents.owing(100) === first)
        let stay = [residents.rest(second, now: at(1)), residents.rest(first, now: at(2))]
        #expect(stay == [true, true])
        #expect(residents.owing.isEmpty)
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
        ask(busy)
        #expect(use(resident(101), until: 1))
        let gone = residents.letGoOfAll()
        #expect(gone == [101])
        expectNoneIdle()
        let stays = residents.rest(busy, now: at(2))
        #expect(!stays)
        expectNoneIdle()
    }

    @Test func `whoever has ended is asked nothing`() {
        ask(resident(100))
        #expect(use(resident(101), until: 1))
        residents.remove(100)
        residents.remove(101)
        #expect(residents.owing.isEmpty)
        expectNoneIdle()
    }

    @Test func `a question has a mark, the variables and the credentials`() {
        let asked = resident(100)
        for mark in [UInt8(1), 2] {
            #expect(asked.ask(Array("A=b\0\0".utf8), .init("alice\0pass\0\0")) == 0)
            var packet = [UInt8](repeating: 0xFF, count: 100)
            let count = recv(others[100]!, &packet, packet.count, 0)
            #expect(count == 18)
            #expect(Array(packet.prefix(18)) == [mark] + Array("A=b\0\0alice\0pass\0\0".utf8))
        }
    }

    @Test func `an answer is the mark of its question and a status, and everything else is the end`() {
        let asked = resident(100)
        #expect(asked.hear() == .nothing)
        for status in [UInt8(0), 1, 111, 255] {
            ask(asked)
            say(100, [UInt8(asked.questions), status])
            #expect(asked.hear() == .answer(status))
        }
        // 4 is the last; 3 is late, 5 is not asked yet.
        for words in [[3, 0], [5, 0], [4], [4, 0, 0], [0]] as [[UInt8]] {
            say(100, words)
            #expect(asked.hear() == .gone, "\(words)")
        }
        close(others.removeValue(forKey: 100)!)
        #expect(asked.hear() == .gone)
        #expect(asked.ask([0], .init("alice\0pass\0\0")) == EPIPE)
    }

    @Test func `marks begin anew after 255`() {
        let asked = resident(100)
        var packet = [UInt8](repeating: 0, count: 100)
        for question in 1...257 {
            ask(asked)
            _ = recv(others[100]!, &packet, packet.count, 0)
            #expect(packet[0] == UInt8(truncatingIfNeeded: question))
        }
        say(100, [1, 0])
        #expect(asked.hear() == .answer(0))
    }

    @Test func `an answer with a descriptor is none`() {
        let asked = resident(100)
        ask(asked)
        #expect(cseparation_send(others[100]!, [1, 0] as [UInt8], 2, 0) == 0)
        #expect(asked.hear() == .gone)
    }
}
