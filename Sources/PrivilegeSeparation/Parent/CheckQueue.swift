import CheckpwdCore

/// Logins in the order in which they came, and not too many of them.
struct CheckQueue {
    typealias Instant = ContinuousClock.Instant

    private let most: Int
    private var checks: [(check: QueuedCheck, until: Instant)] = []

    /// - Parameter most: how many may wait.
    init(most: Int) {
        self.most = most
    }

    var isEmpty: Bool { checks.isEmpty }
    var nextDeadline: Instant? { checks.first?.until }

    /// - Returns: whether there was room.
    mutating func add(_ check: QueuedCheck, until deadline: Instant) -> Bool {
        guard checks.count < most else { return false }
        checks.append((check, deadline))
        return true
    }

    mutating func next() -> QueuedCheck? {
        checks.isEmpty ? nil : checks.removeFirst().check
    }

    /// The tickets of those whose turn did not come in time. Their credentials are wiped.
    mutating func overdue(at now: Instant) -> [UInt64] {
        // Each waits equally long, so the first is the first to be due.
        let count = checks.prefix { $0.until <= now }.count
        defer { checks.removeFirst(count) }
        return checks.prefix(count).map(\.check.login.ticket)
    }

    /// Drops those of a ticket: their client is gone. Their credentials are wiped.
    ///
    /// - Returns: whether there was one.
    mutating func remove(_ ticket: UInt64) -> Bool {
        let count = checks.count
        checks.removeAll { $0.check.login.ticket == ticket }
        return checks.count < count
    }

    mutating func clear() { checks = [] }
}

/// A login that waits for its turn to have the auth command run.
final class QueuedCheck {
    let login: LoginAttempt
    let connection: ConnectionEnvironment
    private var credentials: Secret?

    init(ticket: UInt64, method: [UInt8], _ connection: ConnectionEnvironment, _ credentials: consuming Secret) {
        login = LoginAttempt(ticket: ticket, method: method, in: credentials)
        self.connection = connection
        self.credentials = consume credentials
    }

    /// The credentials, once.
    func take() -> Secret { credentials.take()! }

    /// The variables as a worker is told them: a NUL after each, and a NUL more.
    var variables: [UInt8] {
        var variables: [UInt8] = []
        for entry in connection.entries { variables += entry + [0] }
        return variables + [0]
    }
}
