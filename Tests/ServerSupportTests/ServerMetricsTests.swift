@testable import ServerSupport
import Testing

/// What Prometheus is told.
@Suite struct ServerMetricsTests {
    private func lines(_ count: (ServerMetrics) -> Void) -> [String] {
        let metrics = ServerMetrics()
        count(metrics)
        return String(decoding: metrics.text, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test(arguments: [
        "smtp_auth_sessions_total 0", "smtp_auth_sessions_open 0",
        #"smtp_auth_logins_total{mechanism="CRAM-MD5",verdict="temporary"} 0"#,
        #"smtp_auth_connections_refused_total{reason="early-talker"} 0"#,
        #"smtp_auth_connections_refused_total{reason="proxy-header"} 0"#,
        #"smtp_auth_login_duration_seconds_bucket{le="+Inf"} 0"#,
    ])
    func `every series is there before its first event`(line: String) {
        #expect(lines { _ in }.contains(line))
    }

    @Test func `the seconds until a certificate expires are shown by file, and only if there is one`() {
        var counts = Counts()
        func lines() -> [String] {
            String(decoding: PrometheusText.of(counts, at: 1000), as: UTF8.self).split(separator: "\n").map(String.init)
                .filter { $0.contains("certificate") }
        }
        #expect(lines() == [])
        counts.certificates = [(Array("/etc/mail.pem".utf8), 1500), (Array("/a\"b\\c\nd".utf8), 900)]
        #expect(
            lines() == [
                "# HELP smtp_auth_certificate_expiry_seconds How long the certificate in a file is valid still.",
                "# TYPE smtp_auth_certificate_expiry_seconds gauge",
                #"smtp_auth_certificate_expiry_seconds{file="/etc/mail.pem"} 500"#,
                #"smtp_auth_certificate_expiry_seconds{file="/a\"b\\c\nd"} -100"#,
            ])
        let metrics = ServerMetrics()
        metrics.certificates([(Array("/x".utf8), 0)])
        #expect(String(decoding: metrics.text, as: UTF8.self).contains(#"smtp_auth_certificate_expiry_seconds{file="/x"} -"#))
    }

    @Test func `sessions are counted, and those that are open`() {
        let lines = lines { metrics in
            metrics.sessionBegan()
            metrics.sessionBegan()
            metrics.sessionEnded()
        }
        #expect(lines.contains("smtp_auth_sessions_total 2"))
        #expect(lines.contains("smtp_auth_sessions_open 1"))
    }

    @Test func `logins are counted by mechanism and verdict`() {
        let lines = lines { metrics in
            metrics.login(by: .plain, .accepted, took: .milliseconds(3))
            metrics.login(by: .plain, .accepted, took: .milliseconds(3))
            metrics.login(by: .plain, .rejected, took: .seconds(2))
        }
        #expect(lines.contains(#"smtp_auth_logins_total{mechanism="PLAIN",verdict="accepted"} 2"#))
        #expect(lines.contains(#"smtp_auth_logins_total{mechanism="PLAIN",verdict="rejected"} 1"#))
        #expect(lines.contains(#"smtp_auth_logins_total{mechanism="LOGIN",verdict="accepted"} 0"#))
    }

    @Test(arguments: ServerMetrics.Refusal.allCases)
    func `refused connections are counted by reason`(reason: ServerMetrics.Refusal) {
        let lines = lines { $0.refused(reason) }
        for other in ServerMetrics.Refusal.allCases {
            let count = other == reason ? 1 : 0
            #expect(lines.contains("smtp_auth_connections_refused_total{reason=\"\(other.rawValue)\"} \(count)"))
        }
    }

    @Test func `each family has one HELP and one TYPE, before its samples`() {
        let lines = lines { _ in }
        let helps = lines.filter { $0.hasPrefix("# HELP ") }.map { $0.split(separator: " ")[2] }
        let types = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
        #expect(helps == types)
        #expect(Set(helps).count == helps.count)
        for sample in lines where !sample.hasPrefix("#") { #expect(helps.contains { sample.hasPrefix($0) }, "\(sample)") }
    }
}
