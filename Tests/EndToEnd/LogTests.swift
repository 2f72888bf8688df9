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
                    #"\#(Self.error) verdict="misused" reason="no-password-on-descriptor-3" mechanism="" "#
                        + #"rhost="192.0.2.1" service="pam-checkpwd" login="""#
                ])
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
