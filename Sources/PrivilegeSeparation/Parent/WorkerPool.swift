import CLibc
import CSeparation
import CheckpwdCore
import Glibc

/// The workers: which of them owes an answer, and which waits to be asked.
struct WorkerPool {
    typealias Instant = ContinuousClock.Instant

    private let mostQuestions: Int
    private let idling: Duration
    /// The one that answered last at the end.
    private var idle: [Worker] = []
    private var busy: [pid_t: Worker] = [:]
    /// Whether any has answered since the start: then the auth command is one that stays.
    private var haveAnswered = false
    /// How long the first may take to answer, until it is suspected to wait for the end of what it reads.
    private let patience: Duration

    /// - Parameters:
    ///   - mostQuestions: about how many logins one is asked.
    ///   - idling: how long one is kept that is asked nothing.
    ///   - patience: how long one may take to answer, as long as none has answered.
    init(mostQuestions: Int, idling: Duration, patience: Duration = .seconds(4)) {
        self.patience = patience
        self.mostQuestions = mostQuestions
        self.idling = idling
    }

    /// Those that owe an answer.
    var owing: [Worker] { Array(busy.values) }

    /// One that owes an answer, if it does.
    func owing(_ id: pid_t) -> Worker? { busy[id] }

    /// The idle one that answered last, so that those that are not needed are idle for long.
    mutating func takeIdle() -> Worker? { idle.popLast() }

    /// It was asked.
    ///
    /// - Parameter now: when.
    mutating func expectAnswer(of worker: Worker, now: Instant = .now) {
        worker.askedAt = now
        busy[worker.id] = worker
    }

    /// Those that owe an answer for too long, while it is not known whether the auth command is one that stays. After
    /// `letGoOfQuestions` it is not returned again.
    func silent(at now: Instant) -> [Worker] { suspects.filter { $0.askedAt + patience <= now } }

    /// When the next one owes it for too long.
    var nextSilence: Instant? { suspects.map { $0.askedAt + patience }.min() }

    private var suspects: [Worker] { haveAnswered ? [] : busy.values.filter { $0.takesQuestions } }

    /// It has answered.
    ///
    /// - Returns: whether it stays.
    mutating func rest(_ worker: Worker, now: Instant) -> Bool {
        busy[worker.id] = nil
        haveAnswered = true
        guard worker.questions < mostQuestions, !worker.isDismissed else { return false }
        worker.idleSince = now
        idle.append(worker)
        return true
    }

    /// It has ended, or is not heard any more.
    mutating func remove(_ id: pid_t) {
        busy[id] = nil
        idle.removeAll { $0.id == id }
    }

    /// Lets go of those that were asked nothing for long.
    ///
    /// - Returns: their ids.
    mutating func letGoOfIdle(at now: Instant) -> [pid_t] {
        // Whoever was asked nothing for the longest time is the first.
        let count = idle.prefix { $0.idleSince + idling <= now }.count
        defer { idle.removeFirst(count) }
        return idle.prefix(count).map(\.id)
    }

    /// Lets go of those that are idle, and later of those that are not.
    ///
    /// - Returns: the ids of those that were idle.
    mutating func letGoOfAll() -> [pid_t] {
        for worker in busy.values { worker.isDismissed = true }
        defer { idle = [] }
        return idle.map(\.id)
    }

    /// When the next one is to be let go of.
    var nextDeadline: Instant? { idle.first.map { $0.idleSince + idling } }
}

/// One worker, and our end of what it has as descriptor 3.
final class Worker {
    let id: pid_t
    /// When it is closed, the command ends.
    private let socket: FileDescriptor
    private(set) var questions = 0
    var idleSince: ContinuousClock.Instant
    /// When it was asked the last question.
    var askedAt: ContinuousClock.Instant
    /// Whether it is to end after the login that it is being asked about.
    var isDismissed = false
    /// Whether it can still be asked.
    private(set) var takesQuestions = true

    init(id: pid_t, socket: consuming FileDescriptor, now: ContinuousClock.Instant) {
        self.id = id
        self.socket = socket
        idleSince = now
        askedAt = now
    }

    var descriptor: Int32 { socket.number }

    /// What the answer to the last question begins with: none that is late, or was never asked for, is taken for it.
    private var mark: UInt8 { UInt8(truncatingIfNeeded: questions) }

    /// Asks about one login.
    ///
    /// - Returns: 0 or an errno(3).
    func ask(_ variables: [UInt8], _ credentials: borrowing Secret) -> Int32 {
        questions += 1
        let packet = Secret(capacity: 1 + variables.count + credentials.count) { buffer in
            buffer[0] = mark
            buffer[1...].copyBytes(from: variables)
            credentials.withUnsafeBytes { buffer[(1 + variables.count)...].copyBytes(from: $0) }
            return buffer.count
        }
        return packet.withUnsafeBytes { cseparation_send(descriptor, $0.baseAddress!, $0.count, -1) }
    }

    /// Nothing is asked any more: one that waits for the end of what it reads, as a program does that was not told to stay, has
    /// it now; one that decides a login still can answer.
    func letGoOfQuestions() {
        takesQuestions = false
        isDismissed = true
        shutdown(descriptor, Int32(SHUT_WR))
    }

    enum Word: Equatable {
        case nothing
        /// What would be its exit status.
        case answer(UInt8)
        /// It has let go of its end, or said what is no answer to what it was asked.
        case gone
    }

    func hear() -> Word {
        var bytes: [UInt8] = [0, 0, 0]
        var attached: Int32 = -1
        let count = cseparation_receive(descriptor, &bytes, bytes.count, &attached)
        if attached >= 0 { close(attached) }
        if count == 2, attached == -1, bytes[0] == mark { return .answer(bytes[1]) }
        return count < 0 && clibc_errno() == EAGAIN ? .nothing : .gone
    }
}
