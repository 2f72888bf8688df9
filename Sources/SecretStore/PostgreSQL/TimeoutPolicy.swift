import CLibc

/// A moment beyond which nobody waits.
struct Deadline {
    /// In milliseconds, by a clock that nobody sets.
    private let end: Int

    init(seconds: Int) {
        end = Deadline.now + 1000 * seconds
    }

    /// How many milliseconds are left, as poll(2) takes them.
    var left: Int32 { Int32(clamping: max(end - Deadline.now, 0)) }

    private static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return 1000 * Int(time.tv_sec) + Int(time.tv_nsec) / 1_000_000
    }
}

/// How long a database is waited for.
package enum TimeoutPolicy: Sendable {
    /// So many seconds for a whole login, from the first packet on: its mail client waits.
    case login
    /// So many seconds for the connection, and an hour for each statement.
    case administration

    /// Unless the address has `connect_timeout`.
    static let connecting = 10

    /// How long the server works on one statement, and waits for the next within a transaction, before it gives up of its own
    /// accord: where we are gone, or the way to us is.
    var options: StaticString {
        switch self {
        case .login: "-c statement_timeout=10s -c idle_in_transaction_session_timeout=10s"
        case .administration: "-c statement_timeout=1h -c idle_in_transaction_session_timeout=1h"
        }
    }
}
