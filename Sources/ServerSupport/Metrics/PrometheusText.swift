import CheckpwdCore
import SASL

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
        for reason in Meters.Refusal.allCases {
            text.sample("connections_refused_total", "reason=\"\(reason.rawValue)\"", counts.refusals[reason] ?? 0)
        }
        text.family("logins_total", "counter", "Logins that were decided.")
        for mechanism in Mechanism.allCases {
            for verdict in Meters.Verdict.allCases {
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
