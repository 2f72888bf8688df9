import CSeparation
import Glibc
@testable import PrivilegeSeparation
import TestSupport
import Testing

/// Which of the workers is asked, and how long it stays.
@Suite final class WorkerPoolTests {
    private let start = ContinuousClock.now
    private var workers = WorkerPool(mostQuestions: 3, idling: .seconds(60))
    /// The other ends, by the numbers that stand for process ids.
    private var others: [pid_t: Int32] = [:]

    deinit {
        for other in others.values { close(other) }
    }

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    private func worker(_ id: pid_t) -> Worker {
        var ends: [Int32] = [-1, -1]
        precondition(cseparation_message_pair(&ends) == 0)
        others[id] = ends[1]
        return Worker(id: id, socket: FileDescriptor(owning: ends[0]), now: start)
    }

    private func ask(_ worker: Worker) {
        _ = worker.ask([0], .init("alice\0pass\0\0"))
        workers.expectAnswer(of: worker)
    }

    /// Asks it, and lets it answer.
    private func use(_ worker: Worker, until seconds: Int) -> Bool {
        ask(worker)
        return workers.rest(worker, now: at(seconds))
    }

    private func expectNoneIdle() {
        let next = workers.takeIdle()
        #expect(next?.id == nil)
    }

    private func say(_ id: pid_t, _ bytes: [UInt8]) {
        precondition(send(others[id]!, bytes, bytes.count, 0) == bytes.count)
    }

    @Test func `one that does not answer is suspected once, as long as none has answered`() {
        let (first, second) = (worker(100), worker(101))
        workers.expectAnswer(of: first, now: at(0))
        workers.expectAnswer(of: second, now: at(1))
        #expect(workers.nextSilence == at(4))
        #expect(workers.silent(at: at(3)).isEmpty)
        let suspects = workers.silent(at: at(4))
        #expect(suspects.map(\.id) == [100])
        first.letGoOfQuestions()
        #expect(workers.silent(at: at(4)).isEmpty)
        #expect(workers.nextSilence == at(5))
        // It reads the end now, and may answer all the same; but is not asked again.
        var byte: UInt8 = 0
        #expect(recv(others[100]!, &byte, 1, 0) == 0)
        say(100, [0, 1])
        #expect(first.hear() == .answer(1))
        let stays = workers.rest(first, now: at(5))
        #expect(!stays)
        #expect(workers.silent(at: at(100)).isEmpty)
        #expect(workers.nextSilence == nil)
    }

    @Test func `the one that was asked last is the next`() {
        let (first, second) = (worker(100), worker(101))
        expectNoneIdle()
        ask(first)
        ask(second)
        #expect(workers.owing.count == 2)
        #expect(workers.owing(100) === first)
        let stay = [workers.rest(second, now: at(1)), workers.rest(first, now: at(2))]
        #expect(stay == [true, true])
        #expect(workers.owing.isEmpty)
        let next = [workers.takeIdle(), workers.takeIdle()].map { $0?.id }
        #expect(next == [100, 101])
    }

    @Test func `it is asked about so many logins, and then let go of`() {
        let first = worker(100)
        #expect(use(first, until: 1))
        #expect(use(workers.takeIdle()!, until: 2))
        #expect(!use(workers.takeIdle()!, until: 3))
        expectNoneIdle()
    }

    @Test func `whoever is asked nothing for long is let go of`() {
        for (id, seconds) in [(pid_t(100), 1), (101, 5), (102, 9)] { #expect(use(worker(id), until: seconds)) }
        #expect(workers.nextDeadline == at(61))
        let gone = [60, 65].map { workers.letGoOfIdle(at: at($0)) }
        #expect(gone == [[], [100, 101]])
        #expect(workers.nextDeadline == at(69))
        let next = workers.takeIdle()
        #expect(next?.id == 102)
        #expect(workers.nextDeadline == nil)
    }

    @Test func `all are let go of: those that are idle now, the others after their answer`() {
        let busy = worker(100)
        ask(busy)
        #expect(use(worker(101), until: 1))
        let gone = workers.letGoOfAll()
        #expect(gone == [101])
        expectNoneIdle()
        let stays = workers.rest(busy, now: at(2))
        #expect(!stays)
        expectNoneIdle()
    }

    @Test func `whoever has ended is asked nothing`() {
        ask(worker(100))
        #expect(use(worker(101), until: 1))
        workers.remove(100)
        workers.remove(101)
        #expect(workers.owing.isEmpty)
        expectNoneIdle()
    }

    @Test func `a question has a mark, the variables and the credentials`() {
        let asked = worker(100)
        for mark in [UInt8(1), 2] {
            #expect(asked.ask(Array("A=b\0\0".utf8), .init("alice\0pass\0\0")) == 0)
            var packet = [UInt8](repeating: 0xFF, count: 100)
            let count = recv(others[100]!, &packet, packet.count, 0)
            #expect(count == 18)
            #expect(Array(packet.prefix(18)) == [mark] + Array("A=b\0\0alice\0pass\0\0".utf8))
        }
    }

    @Test func `an answer is the mark of its question and a status, and everything else is the end`() {
        let asked = worker(100)
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
        let asked = worker(100)
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
        let asked = worker(100)
        ask(asked)
        #expect(cseparation_send(others[100]!, [1, 0] as [UInt8], 2, 0) == 0)
        #expect(asked.hear() == .gone)
    }
}
