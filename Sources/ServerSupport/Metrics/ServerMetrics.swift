import CheckpwdCore
import Glibc
import SASL
import Synchronization

/// What the server counts, for as long as it runs. Any thread may count.
public final class ServerMetrics: Sendable {
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

/// The numbers behind the metrics.
struct Counts {
    struct Login: Hashable {
        let mechanism: Mechanism
        let verdict: ServerMetrics.Verdict
    }

    var sessions = 0
    var openSessions = 0
    var refusals: [ServerMetrics.Refusal: Int] = [:]
    var logins: [Login: Int] = [:]
    var durations = Histogram()
    /// Of each certificate, its file and when it expires, in seconds since 1970.
    var certificates: [(file: [UInt8], notAfter: Int)] = []
}

/// How many durations lay within each of some bounds.
struct Histogram {
    /// From an answer out of memory to the delay that a PAM module makes for a wrong password, and beyond.
    static let bounds: [Duration] = [
        .milliseconds(5), .milliseconds(10), .milliseconds(25), .milliseconds(50), .milliseconds(100), .milliseconds(250),
        .milliseconds(500), .seconds(1), .milliseconds(2500), .seconds(5), .seconds(10), .seconds(30),
    ]

    /// One more than there are bounds: the last is for what lies beyond all of them.
    private var counts = [Int](repeating: 0, count: bounds.count + 1)
    private(set) var sum = Duration.zero

    mutating func add(_ duration: Duration) {
        counts[Self.bounds.firstIndex { duration <= $0 } ?? Self.bounds.count] += 1
        sum += duration
    }

    /// For each bound how many were not longer than it; last of all, how many there were.
    var cumulative: [Int] {
        var total = 0
        return counts.map { count in
            total += count
            return total
        }
    }
}

/// Counts in the text format of Prometheus, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
///
/// Every series is there from the start, at 0: a rate over a series that appears with its first event misses that event.
enum PrometheusText {
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// - Parameter now: in seconds since 1970.
    static func of(_ counts: Counts, at now: Int) -> [UInt8] {
        var text: [UInt8] = []
        text.family("sessions_total", "counter", "Sessions that began.")
        text.sample("sessions_total", counts.sessions)
        text.family("sessions_open", "gauge", "Sessions that are open now.")
        text.sample("sessions_open", counts.openSessions)
        text.family("connections_refused_total", "counter", "Connections refused before a session began.")
        for reason in ServerMetrics.Refusal.allCases {
            text.sample("connections_refused_total", "reason=\"\(reason.rawValue)\"", counts.refusals[reason] ?? 0)
        }
        text.family("logins_total", "counter", "Logins that were decided.")
        for mechanism in Mechanism.allCases {
            for verdict in ServerMetrics.Verdict.allCases {
                text.sample(
                    "logins_total", "mechanism=\"\(mechanism.name)\",verdict=\"\(verdict.rawValue)\"",
                    counts.logins[Counts.Login(mechanism: mechanism, verdict: verdict)] ?? 0)
            }
        }
        text.family("login_duration_seconds", "histogram", "How long a client waited for the answer to its login.")
        text.add(counts.durations)
        if !counts.certificates.isEmpty {
            text.family("certificate_expiry_seconds", "gauge", "How long the certificate in a file is valid still.")
            for certificate in counts.certificates {
                text.sample("certificate_expiry_seconds", "file=\"\(label(certificate.file))\"", certificate.notAfter - now)
            }
        }
        return text
    }

    /// A label's value: a backslash, a quote and an end of line are written with a backslash.
    private static func label(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""): text += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): text += Array("\\n".utf8)
            default: text.append(byte)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension [UInt8] {
    fileprivate mutating func family(_ name: String, _ type: String, _ help: String) {
        self += Array("# HELP smtp_auth_\(name) \(help)\n# TYPE smtp_auth_\(name) \(type)\n".utf8)
    }

    fileprivate mutating func sample(_ name: String, _ value: Int) {
        self += Array("smtp_auth_\(name) \(value)\n".utf8)
    }

    fileprivate mutating func sample(_ name: String, _ labels: String, _ value: Int) {
        self += Array("smtp_auth_\(name){\(labels)} \(value)\n".utf8)
    }

    fileprivate mutating func add(_ histogram: Histogram) {
        let name = "login_duration_seconds"
        let cumulative = histogram.cumulative
        for (bound, count) in zip(Histogram.bounds, cumulative) { sample("\(name)_bucket", "le=\"\(bound.inSeconds)\"", count) }
        sample("\(name)_bucket", "le=\"+Inf\"", cumulative.last ?? 0)
        self += Array("smtp_auth_\(name)_sum \(histogram.sum.inSeconds)\n".utf8)
        sample("\(name)_count", cumulative.last ?? 0)
    }
}

extension Duration {
    /// As a decimal number: `0.025`, `2.5`.
    fileprivate var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
