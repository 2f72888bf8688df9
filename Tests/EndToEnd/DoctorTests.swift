import Foundation
import TestSupport
import Testing

extension OnStage {
    /// `checkpwdctl doctor` on the stage's own service files and accounts, with the real modules.
    @Suite struct DoctorTests {
        init() {
            Stage.accounts
            Stage.tenant
        }

        private func doctor(_ arguments: String..., input: String = "") -> Program.Outcome {
            Program([Stage.checkpwdctl, "doctor"] + arguments).run(input: Array(input.utf8))
        }

        @Test(arguments: ["pam-checkpwd", "pam-checkpwd.redhat", "pam-checkpwd.suse"])
        func `the service files that we install are clean on a real system`(file: String) {
            Stage.must("cp", Stage.repository("pam.d/\(file)"), "/etc/pam.d/\(file)")
            let outcome = doctor(file)
            #expect(outcome.output == "\(file): nothing is wrong (/etc/pam.d/\(file))\n")
            #expect(outcome.errors == "")
            #expect(outcome.status == 0)
        }

        @Test func `the service is pam-checkpwd unless another is named`() {
            #expect(doctor().output.hasPrefix("pam-checkpwd: "))
        }

        @Test func `Debian's stock stack is told, with the lines to write`() {
            Stage.write(
                "/etc/pam.d/stock", "@include common-auth\n@include common-account\n@include common-session-noninteractive\n")
            let outcome = doctor("stock")
            #expect(outcome.status == 1, "\(outcome.output)\(outcome.errors)")
            #expect(outcome.output.contains(": unavailable reads as a wrong password: pam_unix.so answers authinfo_unavail"))
            #expect(outcome.output.contains("\n      auth     [success=1 ignore=ignore default=die] pam_unix.so nullok\n"))
            #expect(outcome.output.contains("WARNING: /etc/pam.d/stock:1: root is admitted"))
        }

        /// What doctor says of a stack is what pam-checkpwd makes of it.
        @Test func `what lets anyone in does so, and what is missing ends in exit 111`() {
            Stage.write("/etc/pam.d/open", "auth required pam_permit.so\naccount required pam_unix.so\nsession required pam_permit.so\n")
            #expect(doctor("open").status == 2)
            #expect(doctor("open").output.contains("BROKEN: /etc/pam.d/open:1: lets anyone in"))
            #expect(Login.run(Login.plain("alice", "anything"), ["-s", "open", "/bin/true"]).status == 0)

            Stage.write(
                "/etc/pam.d/gone", "auth required pam_gone.so\nauth required pam_unix.so\naccount required pam_unix.so\nsession required pam_permit.so\n")
            #expect(doctor("gone").status == 2)
            #expect(doctor("gone").output.contains("BROKEN: /etc/pam.d/gone:1: module is not installed: pam_gone.so"))
            #expect(Login.run(Login.plain("alice"), ["-s", "gone", "/bin/true"]).status == 111)

            #expect(doctor("nowhere").status == 2)
            #expect(doctor("nowhere").output.contains("BROKEN: /etc/pam.d/nowhere: service file is missing"))
        }

        @Test func `JSON says the same`() throws {
            let outcome = doctor("open-json", "--json")
            let object = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
            #expect(object["service"] as? String == "open-json")
            let finding = try #require((object["findings"] as? [[String: Any]])?.first)
            #expect(finding["severity"] as? String == "broken")
            #expect(finding["file"] as? String == "/etc/pam.d/open-json")
            #expect((finding["write"] as? [String])?.isEmpty == false)
            #expect(object["login"] is NSNull)
        }

        @Test func `a store that others can read is told, with what to run`() {
            Stage.must("chmod", "0644", "/var/lib/pam-checkpwd/secrets.mdb")
            defer { Stage.must("chmod", "0600", "/var/lib/pam-checkpwd/secrets.mdb") }
            let outcome = doctor()
            #expect(outcome.status == 2)
            #expect(outcome.output.contains("BROKEN: /var/lib/pam-checkpwd/secrets.mdb: not private: mode 0644, wanted 0600"))
            #expect(outcome.output.contains("      chmod 0600 /var/lib/pam-checkpwd/secrets.mdb"))
        }

        @Test func `without root pam_unix is of no use, and that is told`() {
            // Copied to where everybody may run it.
            Stage.must("cp", Stage.checkpwdctl, "/run/checkpwdctl")
            Stage.must("chmod", "0755", "/run/checkpwdctl")
            defer { Stage.must("rm", "/run/checkpwdctl") }
            let outcome = Program([
                "setpriv", "--reuid=tenant", "--regid=tenant", "--clear-groups", "/run/checkpwdctl", "doctor",
            ]).run()
            #expect(outcome.status == 1, "\(outcome.errors)")
            #expect(outcome.output.contains(": pam_unix without root\n"))
        }

        @Test func `who the mail server runs pam-checkpwd as can be named, and setuid helps them`() {
            let plain = doctor("--as", "tenant")
            #expect(plain.output.contains(": pam_unix without root\n  pam-checkpwd runs as tenant and is not setuid:"), "\(plain.output)")
            // Neither store nor key is theirs.
            #expect(plain.status == 1 && plain.output.contains("WARNING: /var/lib/pam-checkpwd/secrets.mdb: closed to tenant\n"))

            let folder = Folder()
            folder.write("pam-checkpwd", [], mode: 0o4750)
            let setuid = Program([Stage.checkpwdctl, "doctor", "--as", "tenant"]).run(environment: ["PATH": folder.path])
            #expect(setuid.output == "pam-checkpwd: nothing is wrong (/etc/pam.d/pam-checkpwd)\n")
            #expect(doctor("--as", "stranger").errors.hasPrefix("checkpwdctl: no such account: stranger; "))
        }

        /// Six wrong passwords were counted before doctor's line was written, and none after.
        @Test func `pam_faillock of a hardened stack still counts after doctor's lines are written`() throws {
            let stack = """
                auth required pam_faillock.so preauth silent deny=10 nodelay
                auth sufficient pam_unix.so nodelay
                auth [default=die] pam_faillock.so authfail deny=10 nodelay
                auth required pam_deny.so
                account required pam_faillock.so
                account required pam_unix.so
                session required pam_permit.so

                """
            Stage.write("/etc/pam.d/hardened", stack)
            func counted() -> Int { Program(["faillock", "--user", "tenant"]).run().output.split(separator: "\n").dropFirst(2).count }
            func failures() -> Int {
                Stage.must("faillock", "--user", "tenant", "--reset")
                for _ in 1...6 { #expect(Login.run(Login.plain("tenant", "wrong"), ["-s", "hardened", "/bin/true"]).status == 1) }
                return counted()
            }
            defer { Stage.must("faillock", "--user", "tenant", "--reset") }
            #expect(failures() == 6)
            let json = try #require(try JSONSerialization.jsonObject(with: Data(doctor("hardened", "--json").output.utf8)) as? [String: Any])
            let findings = try #require(json["findings"] as? [[String: Any]])
            var lines = stack.split(separator: "\n").map { [String($0)] }
            var isWritten = false
            for finding in findings {
                guard let written = finding["write"] as? [String], let line = finding["write_line"] as? Int else { continue }
                if finding["write_position"] as? String == "before" { lines[line - 1] = written + lines[line - 1] } else { lines[line - 1] = written; isWritten = true }
            }
            #expect(isWritten)
            Stage.write("/etc/pam.d/hardened", lines.flatMap { $0 }.joined(separator: "\n") + "\n")
            #expect(failures() == 6)
            #expect(Login.run(Login.plain("tenant"), ["-s", "hardened", "/bin/true"]).status == 0)
            #expect(counted() == 0)
            Stage.must("mv", "/etc/shadow", "/etc/shadow.away")
            defer { Stage.must("mv", "/etc/shadow.away", "/etc/shadow") }
            #expect(Login.run(Login.plain("tenant"), ["-s", "hardened", "/bin/true"]).status == 111)
            #expect(counted() == 0)
        }

        // MARK: --login

        @Test func `a login is tried step by step`() {
            let outcome = doctor("--login", "alice", "--stdin", input: "pass\n")
            #expect(outcome.status == 0, "\(outcome.output)")
            let calls = outcome.output.split(separator: "\n").filter { $0.hasPrefix("pam_") }
                .map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
            #expect(calls == [
                "pam_authenticate PAM_SUCCESS", "pam_acct_mgmt PAM_SUCCESS", "pam_setcred PAM_SUCCESS",
                "pam_open_session PAM_SUCCESS", "pam_close_session PAM_SUCCESS", "pam_setcred PAM_SUCCESS",
            ])
            #expect(outcome.output.contains("    module asks, hidden: Password: "))
            #expect(outcome.output.hasSuffix("the login is accepted\n"))
            #expect(!outcome.output.contains("pass\n"))
        }

        @Test(arguments: [
            ("alice", "wrong", "pam_authenticate", "PAM_AUTH_ERR", Int32(1)),
            ("nobody-here", "pass", "pam_authenticate", "PAM_USER_UNKNOWN", 1),
            ("expired", "pass", "pam_acct_mgmt", "PAM_ACCT_EXPIRED", 1),
            ("mustchange", "pass", "pam_acct_mgmt", "PAM_NEW_AUTHTOK_REQD", 1),
        ])
        func `a login that is refused ends at the step that refuses it`(
            login: String, password: String, call: String, code: String, status: Int32
        ) {
            InstalledService.write("doctor-login", "pam_unix.so nodelay")
            let outcome = doctor("doctor-login", "--login", login, "--stdin", input: password)
            #expect(outcome.status == status, "\(outcome.output)\(outcome.errors)")
            let last = outcome.output.split(separator: "\n").last { $0.hasPrefix("pam_") } ?? ""
            #expect(last.split(separator: " ").prefix(2) == [call[...], code[...]])
            #expect(outcome.output.contains("the login is not accepted: "))
        }

        @Test func `what a module says is shown, and in JSON too`() throws {
            Stage.write("/etc/greeting", "back at noon\n")
            Stage.write(
                "/etc/pam.d/greets",
                "auth required pam_unix.so nodelay\naccount required pam_unix.so\naccount optional pam_echo.so file=/etc/greeting\nsession required pam_permit.so\n")
            let outcome = doctor("greets", "--login", "alice", "--stdin", input: "pass")
            #expect(outcome.output.contains("    module says: back at noon"), "\(outcome.output)")
            let json = doctor("greets", "--json", "--login", "alice", "--stdin", input: "pass").output
            let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
            let login = try #require(object["login"] as? [String: Any])
            #expect(login["accepted"] as? Bool == true)
            #expect((login["steps"] as? [[String: Any]])?.count == 6)
        }

        @Test func `credentials are taken back where no session opens`() {
            Stage.service("no-session", "auth required pam_unix.so nodelay", "session required pam_deny.so")
            let outcome = doctor("no-session", "--login", "alice", "--stdin", input: "pass")
            let calls = outcome.output.split(separator: "\n").filter { $0.hasPrefix("pam_") }.map { $0.prefix { $0 != " " } }
            #expect(calls.suffix(2) == ["pam_open_session", "pam_setcred"], "\(outcome.output)")
            #expect(outcome.output.hasSuffix("the login is not accepted: session not opened: pam_open_session PAM_SESSION_ERR; the module says why in the system's log\n"))
        }

        /// As pam-checkpwd: initgroups comes first, and pam_group adds to it.
        @Test func `modules see the account's groups`() {
            Stage.service(
                "groups", "auth required pam_unix.so nodelay", "auth optional pam_group.so",
                "session required pam_exec.so stdout /usr/bin/id -Gn")
            let outcome = doctor("groups", "--login", "alice", "--stdin", input: "pass")
            #expect(outcome.output.contains("    module says: alice mailers editors\n"), "\(outcome.output)")
        }

        @Test func `a service without a file is tried only where that is allowed`() {
            let refused = doctor("no-file", "--login", "alice", "--stdin", input: "pass")
            #expect(refused.status == 2)
            #expect(refused.output.contains("the login is not accepted: no service file: /etc/pam.d/no-file: "))
            #expect(!refused.output.contains("\npam_"))
            let tried = doctor("no-file", "--login", "alice", "--stdin", "--allow-other", input: "pass")
            #expect(tried.output.contains("\npam_authenticate   PAM_SUCCESS "), "\(tried.output)")
            #expect(doctor("--allow-other").status == 64)
        }

        @Test func `the password is asked for without echo, and never an argument`() {
            #expect(doctor("--login", "alice").status == 2)
            #expect(doctor("--stdin").status == 64)
        }
    }
}
