import TestSupport
import Testing

extension OnStage {
    /// What the system's log is told of each login.
    @Suite struct LogTests {
        init() { Stage.accounts }

        // authpriv is facility 10: 10 * 8 + severity.
        private static let info = "<86>", notice = "<85>", error = "<83>"

        private func lines(
            _ bytes: [UInt8], _ arguments: [String] = ["/bin/true"], rhost: String = "192.0.2.1"
        ) -> [String] {
            let syslog = Syslog()
            _ = Login.run(bytes, arguments, environment: rhost.isEmpty ? [:] : ["TCPREMOTEIP": rhost])
            // Modules log under our name, too.
            return syslog.lines(of: "pam-checkpwd").filter { $0.contains("> verdict=") }
        }

        @Test func `an accepted login is one line`() throws {
            let end = #"rhost="192.0.2.1" service="pam-checkpwd" login="alice""#
            #expect(
                lines(Login.plain("alice")) == [#"\#(Self.info) verdict="accepted" reason="ok" mechanism="plain" \#(end)"#])
            #expect(
                lines(try Login.cramMD5("alice"))
                    == [#"\#(Self.info) verdict="accepted" reason="ok" mechanism="cram-md5" \#(end)"#])
        }

        @Test func `a rejected login is one line, which says why`() throws {
            #expect(
                lines(Login.plain("alice", "wrong")) == [
                    #"\#(Self.notice) verdict="rejected" reason="authentication-failed" mechanism="plain" "#
                        + #"rhost="192.0.2.1" service="pam-checkpwd" login="alice" about="pam_authenticate\x20PAM_AUTH_ERR""#
                ])
            #expect(
                lines(try Login.cramMD5("alice", "wrong"), rhost: "") == [
                    #"\#(Self.notice) verdict="rejected" reason="wrong-answer-to-challenge" mechanism="cram-md5" "#
                        + #"rhost="" service="pam-checkpwd" login="alice""#
                ])
        }

        @Test func `a temporary failure is one line, which names what failed`() {
            #expect(
                lines(Login.plain("alice"), ["-s", "mistyped", "/bin/true"]) == [
                    #"\#(Self.error) verdict="temporary" reason="no-service-file" mechanism="plain" rhost="192.0.2.1" "#
                        + #"service="mistyped" login="alice" about="/etc/pam.d/mistyped""#
                ])
        }

        @Test func `a caller's fault is one line`() {
            #expect(
                lines([97]) == [
                    #"\#(Self.error) verdict="misused" reason="no-password-on-descriptor-3" mechanism="unknown" "#
                        + #"rhost="192.0.2.1" service="pam-checkpwd" login="""#
                ])
        }

        @Test func `the fields are those of the manual in its order, and only rhost and login may be empty`() throws {
            let manual = try String(contentsOfFile: Stage.repository("docs/pam-checkpwd.8"), encoding: .utf8)
            let start = try #require(manual.range(of: "Each login is one line in the system's log")).upperBound
            let end = try #require(manual.range(of: "\n.El", range: start..<manual.endIndex)).lowerBound
            let items = manual[start..<end].matches(of: /(?m)^\.It (.*)$/).map { String($0.1) }
            var seen: Set<String> = ["caller"]
            for (bytes, arguments) in [
                (Login.plain("alice"), ["/bin/true"]), (Login.plain("alice", "wrong"), ["/bin/true"]), (try Login.cramMD5("alice"), ["/bin/true"]),
                (Login.plain("", "x"), ["/bin/true"]), ([], ["/bin/true"]), ([0], ["/bin/true"]), ([97], ["/bin/true"]), ([97, 0], ["/bin/true"]),
                (Array("alice\0pass\0x\0\u{A}\0".utf8), ["/bin/true"]), (Login.plain("alice"), ["-s", "mistyped", "/bin/true"]),
                ([UInt8](repeating: 97, count: 600), ["/bin/true"]),
            ] {
                for rhost in ["192.0.2.1", ""] {
                    let lines = lines(bytes, arguments, rhost: rhost)
                    #expect(lines.count == 1)
                    let fields = lines.joined().matches(of: /([a-z]+)="([^"]*)"/).map { (key: String($0.1), value: String($0.2)) }
                    #expect(fields.map(\.key) == items.filter { item in fields.contains { $0.key == item } }, "\(lines)")
                    for field in fields where field.value.isEmpty { #expect(["rhost", "login"].contains(field.key), "\(lines)") }
                    seen.formUnion(fields.map(\.key))
                }
            }
            #expect(seen == Set(items))
        }

        @Test func `a hostile login or host stays inside its quotes`() throws {
            let line = try #require(
                lines(Login.plain("x\" verdict=\"accepted\"\n"), rhost: "1.2.3.4\" login=\"root").first)
            #expect(
                line.contains(
                    #"rhost="1.2.3.4\x22\x20login=\x22root" service="pam-checkpwd" login="x\x22\x20verdict=\x22accepted\x22\x0a""#
                ))
        }

        @Test func `no line holds the password`() {
            let password = "s3cr3t-Pa55"
            for bytes in [Login.plain("alice", password), Login.plain("", password), Login.plain("expired", password)] {
                let lines = lines(bytes)
                #expect(lines.count == 1)
                #expect(!lines.joined().contains(password))
            }
        }
    }
}
