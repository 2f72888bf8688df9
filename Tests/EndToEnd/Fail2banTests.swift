import Foundation
import TestSupport
import Testing

extension OnStage {
    /// fail2ban reads what pam-checkpwd logs: real logins, the real log line, the real fail2ban-regex.
    @Suite struct Fail2banTests {
        init() { Stage.accounts }

        private static let attacker = "192.0.2.1", victim = "198.51.100.7"

        /// What the log's file holds after one login. Modules' own lines are among it.
        private func log(
            _ bytes: [UInt8], _ options: [String] = [], rhost: String = attacker, environment: [String: String] = [:]
        ) -> String {
            let syslog = Syslog()
            _ = Login.run(
                bytes, options + ["/bin/true"], environment: ["TCPREMOTEIP": rhost].merging(environment) { $1 })
            let lines = syslog.lines(of: "pam-checkpwd").map { line in
                "Nov 23 08:20:01 mail pam-checkpwd[4711]: " + line.split(separator: "> ", maxSplits: 1)[1]
            }
            return lines.joined(separator: "\n") + "\n"
        }

        /// The addresses that the filter finds, one for each line it matches.
        private func banned(_ log: String) -> [String] {
            let folder = Folder()
            let outcome = Program([
                "fail2ban-regex", "--out", "ip", folder.write("auth.log", log.utf8),
                Stage.repository("docs/fail2ban/filter.d/pam-checkpwd.conf"),
            ]).run()
            #expect(outcome.status == 0, "\(outcome.errors)")
            return outcome.output.split(separator: "\n").map(String.init)
        }

        @Test(arguments: [
            ("a wrong password", Login.plain("alice", "wrong")),
            ("an unknown login", Login.plain("nosuchuser")),
            ("an empty password", Login.plain("alice", "")),
            ("an empty login", Login.plain("", "pass")),
            ("root", Login.plain("root", "wrong")),
        ])
        func `a guess is counted once`(what: String, bytes: [UInt8]) {
            let service = ["-s", InstalledService.prompt]
            #expect(banned(log(bytes, service)) == [Self.attacker], "\(what)")
            #expect(banned(log(bytes, service, rhost: "2001:db8::1")) == ["2001:db8::1"], "\(what)")
        }

        @Test func `a wrong answer to a challenge is counted, and so is a login that has no secret`() throws {
            #expect(banned(log(try Login.cramMD5("alice", "wrong"))) == [Self.attacker])
            #expect(banned(log(try Login.cramMD5("nosecret"))) == [Self.attacker])
        }

        @Test(arguments: [
            ("accepted", Login.plain("alice"), []),
            ("the account has expired", Login.plain("expired"), []),
            ("the password must be changed", Login.plain("mustchange"), []),
            ("a mechanism not spoken", Array("alice\0pass\0x\0\u{A}\0".utf8), []),
            ("no service file", Login.plain("alice", "wrong"), ["-s", "mistyped"]),
            ("the caller's fault", Array("alice\0".utf8), []),
        ])
        func `what is no guess is not counted`(what: String, bytes: [UInt8], options: [String]) {
            let log = log(bytes, options)
            #expect(log.contains("]: verdict="), "\(what)")
            #expect(banned(log) == [], "\(what)")
        }

        @Test(arguments: ["auth_err", "user_unknown", "maxtries", "perm_denied", "acct_expired"], ["acct", "open_session"])
        func `a right password is no guess, whatever a later phase says`(code: String, phase: String) throws {
            let kind = phase == "acct" ? "account" : "session"
            Stage.service("refusing-later", "\(kind) required pam_debug.so \(phase)=\(code)")
            for bytes in [Login.plain("alice"), try Login.cramMD5("alice")] {
                let log = log(bytes, ["-s", "refusing-later"])
                #expect(log.contains(#"verdict="rejected""#))
                #expect(banned(log) == [])
            }
        }

        @Test func `a lookup of Dovecot's is no guess`() {
            let log = log(Login.plain("nosuchuser", ""), ["--dovecot"], environment: ["AUTHORIZED": "1"])
            #expect(log.contains(#"verdict="rejected" reason="no-such-user""#))
            #expect(banned(log) == [])
        }

        /// A service that refuses at once: pam_unix waits two seconds before it does.
        private static let refusing = ["-s", Stage.service("fail2ban", "auth required pam_debug.so auth=auth_err")]

        /// Logins that would ban somebody else, or nobody, if the log or the filter took them at their word.
        @Test(arguments: [
            #"x" rhost="198.51.100.7"#,
            #"x" rhost="198.51.100.7" service="x" login="x"#,
            #"" mechanism="plain" rhost="198.51.100.7" service="x" login=""#,
            "x\nNov 23 08:20:01 mail pam-checkpwd[1]: verdict=\"rejected\" reason=\"unknown-login\" mechanism=\"plain\" "
                + "rhost=\"198.51.100.7\" service=\"x\" login=\"x\"",
            "verdict=\"accepted\" reason=\"ok\"", "rhost=198.51.100.7", "a b c", "back\\slash", "\\x22", "\r\n\n", "<ADDR>",
            "from 198.51.100.7 port 22", "\u{1B}[2J", "ü\u{2028}ü",
        ])
        func `a hostile login is counted for whoever sent it, and for nobody else`(login: String) {
            #expect(banned(log(Login.plain(login, "x"), Self.refusing)) == [Self.attacker])
        }

        @Test(arguments: [
            #"192.0.2.1" service="x" login="x"#, "192.0.2.1 198.51.100.7", "192.0.2.1\n198.51.100.7", "mail.example.com", "",
        ])
        func `a remote host that is no address bans nobody`(rhost: String) {
            #expect(banned(log(Login.plain("alice", "wrong"), Self.refusing, rhost: rhost)) == [])
        }

        /// A setuid installation: the remote host is the word of a local user.
        @Test func `a line that names a caller bans nobody`() {
            let line = log(Login.plain("alice", "wrong"), Self.refusing)
            #expect(banned(line) == [Self.attacker])
            #expect(banned(line.replacingOccurrences(of: #"login="alice""#, with: #"login="alice" caller="1000""#)) == [])
        }

        @Test func `a line of another program bans nobody`() {
            let line = log(Login.plain("alice", "wrong"), Self.refusing)
            #expect(banned(line) == [Self.attacker])
            #expect(banned(line.replacingOccurrences(of: " pam-checkpwd[", with: " other[")) == [])
            #expect(banned(line.replacingOccurrences(of: "]: verdict", with: "]: said: verdict")) == [])
        }
    }
}
