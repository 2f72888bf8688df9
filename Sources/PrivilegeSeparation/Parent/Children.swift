import Glibc

/// The programs that run, and until when. No I/O: it says whom to send which signal, and somebody else does.
struct Children {
    typealias Instant = ContinuousClock.Instant

    enum Purpose: Equatable {
        /// The auth command, for a login; nil where it was answered already.
        case check(LoginAttempt?)
        /// A worker, asked about a login; nil where that was answered already.
        case worker(LoginAttempt?)
        /// A worker, asked about nothing.
        case idle
        case program(UInt64)
        /// The auth command, which lists mechanisms.
        case listing
    }

    enum Stage: Equatable {
        case running(until: Instant?)
        /// It got SIGTERM.
        case terminating(until: Instant)
        case killed
    }

    /// Whose time is over.
    struct Overdue: Equatable {
        let id: pid_t
        /// To be sent to its process group.
        let signal: Int32
        /// A login that is now to be answered.
        let ticket: UInt64?
    }

    private struct Child {
        var purpose: Purpose
        var stage: Stage

        /// When its time is over.
        var deadline: Instant? {
            switch stage {
            case .running(let until): until
            case .terminating(let until): until
            case .killed: nil
            }
        }

        /// The login that waits for it, once.
        mutating func takeLogin() -> LoginAttempt? {
            switch purpose {
            case .check(let login):
                purpose = .check(nil)
                return login
            case .worker(let login):
                purpose = .worker(nil)
                return login
            case .idle, .program, .listing: return nil
            }
        }
    }

    /// How long whoever got SIGTERM has before SIGKILL.
    private let grace: Duration
    private var table: [pid_t: Child] = [:]
    private var programs: [UInt64: pid_t] = [:]
    /// How many logins are being decided.
    private(set) var checkCount = 0

    init(grace: Duration) {
        self.grace = grace
    }

    var isEmpty: Bool { table.isEmpty }
    var programCount: Int { programs.count }

    func hasProgram(_ ticket: UInt64) -> Bool { programs[ticket] != nil }

    mutating func add(_ id: pid_t, _ purpose: Purpose, until deadline: Instant?) {
        table[id] = Child(purpose: purpose, stage: .running(until: deadline))
        switch purpose {
        case .check, .worker: checkCount += 1
        case .idle, .listing: break
        case .program(let ticket): programs[ticket] = id
        }
    }

    /// A worker that was idle is asked about a login.
    mutating func ask(_ id: pid_t, about login: LoginAttempt, until deadline: Instant) {
        table[id] = Child(purpose: .worker(login), stage: .running(until: deadline))
        checkCount += 1
    }

    /// A worker has answered.
    ///
    /// - Returns: the login; nil where that was answered already, since its time was over.
    mutating func rest(_ id: pid_t) -> LoginAttempt? {
        guard case .worker(let login?) = table[id]?.purpose, case .running = table[id]?.stage else { return nil }
        table[id] = Child(purpose: .idle, stage: .running(until: nil))
        checkCount -= 1
        return login
    }

    /// An idle worker is to end by itself until then.
    mutating func dismiss(_ id: pid_t, until deadline: Instant) {
        guard case .idle = table[id]?.purpose, case .running = table[id]?.stage else { return }
        table[id]?.stage = .running(until: deadline)
    }

    /// A child has ended.
    ///
    /// - Returns: what it was for, and whether it ended by itself; nil for a child that is none of these.
    mutating func remove(_ id: pid_t) -> (purpose: Purpose, byItself: Bool)? {
        guard let child = table.removeValue(forKey: id) else { return nil }
        switch child.purpose {
        case .check, .worker: checkCount -= 1
        case .idle, .listing: break
        case .program(let ticket): programs[ticket] = nil
        }
        if case .running = child.stage { return (child.purpose, true) }
        return (child.purpose, false)
    }

    /// The session of a ticket is over; its program may go on until then.
    mutating func sessionIsOver(_ ticket: UInt64, until deadline: Instant) {
        guard let id = programs[ticket], case .running(nil) = table[id]?.stage else { return }
        table[id]?.stage = .running(until: deadline)
    }

    /// Nobody waits for any of them any more: auth commands are due now, programs then, and the idle as they were told.
    mutating func allAreOver(now: Instant, programsUntil deadline: Instant) {
        for (id, child) in table {
            guard case .running(let until) = child.stage else { continue }
            switch child.purpose {
            case .check, .worker, .listing: table[id]?.stage = .running(until: now)
            case .idle: break
            case .program: table[id]?.stage = .running(until: min(until ?? deadline, deadline))
            }
        }
    }

    /// Whose time is over by now. Each of them is taken to have got its signal.
    mutating func overdue(at now: Instant) -> [Overdue] {
        guard let next = nextDeadline, next <= now else { return [] }
        return table.filter { $0.value.deadline.map { $0 <= now } ?? false }.keys.sorted().compactMap { id in
            switch table[id]!.stage {
            case .running:
                table[id]!.stage = .terminating(until: now + grace)
                return Overdue(id: id, signal: SIGTERM, ticket: table[id]!.takeLogin()?.ticket)
            case .terminating:
                table[id]!.stage = .killed
                return Overdue(id: id, signal: SIGKILL, ticket: nil)
            case .killed:
                return nil
            }
        }
    }

    /// When the next one's time is over.
    var nextDeadline: Instant? {
        table.values.lazy.compactMap(\.deadline).min()
    }
}
