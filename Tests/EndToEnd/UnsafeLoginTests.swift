import Foundation
import TestSupport
import Testing

extension OnStage {
    /// What a client sends as its login name, and what a PAM module makes of it in the system's log.
    @Suite struct UnsafeLoginTests {
        private let folder = Folder()
        private static let attacker = "192.0.2.1", victim = "203.0.113.9"
        private static let filters = [
            Stage.repository("docs/fail2ban/filter.d/pam-checkpwd.conf"), "/etc/fail2ban/filter.d/pam-generic.conf",
            "/etc/fail2ban/filter.d/postfix.conf",
        ]

        init() { Stage.accounts }

        /// The whole log of one login by pam_unix, as a file that fail2ban reads.
        private func log(_ run: () -> Void) -> String {
            let syslog = Syslog()
            run()
            return syslog.lines(of: "pam-checkpwd").map { line in
                "Nov 23 08:20:01 mail pam-checkpwd[4711]: " + line.split(separator: "> ", maxSplits: 1)[1] + "\n"
            }.joined()
        }

        private func banned(_ log: String, by filter: String) -> Set<String> {
            let outcome = Program(["fail2ban-regex", "--out", "ip", folder.write("auth.log", log.utf8), filter]).run()
            #expect(outcome.status == 0, "\(outcome.errors)")
            return Set(outcome.output.split(separator: "\n").map(String.init))
        }

        /// Login names that forge a field of pam_unix's line, or a line of its own.
        static let forged = [
            "x rhost=203.0.113.9 user=y", "x\u{A0}rhost=203.0.113.9\u{A0}user=y", "x\u{85}rhost=203.0.113.9",
            "x\u{2028}rhost=203.0.113.9  user=y", "x\trhost=203.0.113.9\tuser=y", "x=1 rhost=203.0.113.9",
            "x\nNov 23 08:20:01 mail pam-checkpwd[1]: pam_unix(smtp:auth): authentication failure; logname= uid=0 euid=0 "
                + "tty=checkpassword ruser=x rhost=203.0.113.9  user=x",
            "x\r\nNov 23 08:20:01 mail postfix/smtpd[1]: warning: unknown[203.0.113.9]: SASL LOGIN authentication failed",
        ]

        @Test(arguments: forged, [false, true])
        func `a forged login name bans its sender at most, by our fail2ban filter and by stock ones`(
            login: String, isResident: Bool
        ) {
            let service = Stage.service("forged", "auth required pam_unix.so nodelay")
            let log = log {
                if isResident {
                    let resident = ResidentProgram(["-s", service])
                    #expect(resident.ask(Login.plain(login), "TCPREMOTEIP=\(Self.attacker)") == 1)
                } else {
                    let outcome = Login.run(
                        Login.plain(login), ["-s", service, "/bin/true"], environment: ["TCPREMOTEIP": Self.attacker])
                    #expect(outcome.status == 1)
                }
            }
            #expect(log.contains(#"reason="login-with-unsafe-characters""#))
            // Our own line quotes the login, which may hold the module's name.
            #expect(!log.split(separator: "\n").contains { $0.contains("pam_unix") && !$0.contains(" verdict=") })
            for filter in Self.filters { #expect(banned(log, by: filter).isSubset(of: [Self.attacker]), "\(filter)") }
        }

        @Test func `an ordinary wrong login is what pam-generic bans its sender for`() {
            let service = Stage.service("forged", "auth required pam_unix.so nodelay")
            let log = log {
                _ = Login.run(
                    Login.plain("x", "wrong"), ["-s", service, "/bin/true"], environment: ["TCPREMOTEIP": Self.attacker])
            }
            #expect(banned(log, by: Self.filters[1]) == [Self.attacker])
        }

        @Test func `an account whose name has unsafe characters logs in, and PAM_RUSER is not set to it`() {
            let name = "Zoë=Müller"
            Stage.must("useradd", "--badname", "--create-home", name)
            Stage.must("chpasswd", input: "\(name):pass\n")
            let file = folder("seen")
            let script = folder.write(
                "note", "#!/bin/sh\necho \"$PAM_USER ${PAM_RUSER:--}\" >\(file)\n".utf8, mode: 0o755)
            let service = Stage.service(
                "named", "auth required pam_unix.so\nauth optional pam_exec.so quiet \(script)")
            #expect(Login.run(Login.plain(name), ["-s", service, "-e", "/bin/true"]).status == 0)
            #expect(FileManager.default.contents(atPath: file) == Data("\(name) -\n".utf8))
        }

        @Test(arguments: [
            ("192.0.2.1", "192.0.2.1"), ("2001:db8::1%eth0", "2001:db8::1%eth0"), ("mail.example.com", "mail.example.com"),
            ("192.0.2.1 rhost=203.0.113.9", "-"), ("192.0.2.1\nrhost=x", "-"), ("a\u{A0}b", "-"), ("a=b", "-"),
        ])
        func `PAM_RHOST is an address or a host name, or is not set`(rhost: String, seen: String) {
            let file = folder("seen")
            let script = folder.write("note", "#!/bin/sh\necho \"${PAM_RHOST:--}\" >\(file)\n".utf8, mode: 0o755)
            let service = Stage.service(
                "from", "auth required pam_permit.so\nauth optional pam_exec.so quiet \(script)")
            #expect(
                Login.run(Login.plain("alice"), ["-s", service, "-e", "/bin/true"], environment: ["TCPREMOTEIP": rhost])
                    .status == 0)
            #expect(FileManager.default.contents(atPath: file) == Data("\(seen)\n".utf8))
        }
    }
}
