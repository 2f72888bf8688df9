import Glibc
import SASL
import Synchronization

/// What the server counts, for as long as it runs. Any thread may count.
public final class Meters: Sendable {
    /// What a login came to.
    public enum Verdict: String, CaseIterable, Sendable {
        case accepted, rejected, temporary
    }

    /// Why a connection was refused before its session began.
    public enum Refusal: String, CaseIterable, Sendable {
        /// As many as may be open in all.
        case connections
        /// As many as one address may have.
        case connectionsOfAddress = "connections-of-address"
        /// The client spoke before it was greeted.
        case earlyTalker = "early-talker"
        /// A proxy sent no header that could be read.
        case proxyHeader = "proxy-header"
    }

    private let counts = Mutex(Counts())

    public init() {}

    public func sessionBegan() {
        counts.withLock {
            $0.sessions += 1
            $0.openSessions += 1
        }
    }

    public func sessionEnded() {
        counts.withLock { $0.openSessions -= 1 }
    }

    public func refused(_ reason: Refusal) {
        counts.withLock { $0.refusals[reason, default: 0] += 1 }
    }

    /// - Parameter duration: from the client's last word of the exchange to our answer to it.
    public func login(by mechanism: Mechanism, _ verdict: Verdict, took duration: Duration) {
        counts.withLock {
            $0.logins[Counts.Login(mechanism: mechanism, verdict: verdict), default: 0] += 1
            $0.durations.add(duration)
        }
    }

    /// The certificates that new sessions get, by file, and when each expires, in seconds since 1970.
    public func certificates(_ all: [(file: [UInt8], notAfter: Int)]) {
        counts.withLock { $0.certificates = all }
    }

    /// All of it as it is now, in Prometheus' text format.
    public var text: [UInt8] {
        counts.withLock { PrometheusText.of($0, at: time(nil)) }
    }
}
