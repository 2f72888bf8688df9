import Foundation
import TestSupport
import Testing

extension OnStage {
    /// pam-checkpwd, kept and asked about login after login.
    @Suite struct ResidentTests {
        init() {
            Stage.accounts
            VirtualAccounts.made
        }

        @Test func `it answers what would be its exit status, login after login`() throws {
            let resident = Resident(["-s", InstalledService.prompt])
            let answer = try Login.cramMD5("alice")
            let logins: [(what: String, bytes: [UInt8], status: Int32)] = [
                ("right", Login.plain("alice"), 0), ("wrong", Login.plain("alice", "wrong"), 1),
                ("unknown", Login.plain("nobody-here"), 1), ("right again", Login.plain("alice"), 0),
                ("expired", Login.plain("expired"), 1), ("CRAM-MD5", answer, 0), ("the same once more", answer, 1),
                ("another challenge", try Login.cramMD5("alice"), 0), ("a wrong answer", try Login.cramMD5("alice", "wrong"), 1),
                ("an expired account by CRAM-MD5", try Login.cramMD5("expired"), 1), ("APOP", try Login.apop("alice"), 0),
                ("root", Login.plain("root"), 1), ("no password", Login.plain("alice", ""), 1),
                ("one field", Array("alice\0".utf8), 2), ("too long", Login.plain("alice", String(repeating: "x", count: 512)), 2),
                ("right at the end", Login.plain("alice"), 0),
            ]
            for login in logins { #expect(resident.ask(login.bytes, "TCPREMOTEIP=192.0.2.1") == login.status, "\(login.what)") }
            #expect(resident.end() == 0)
        }

        @Test(arguments: [("nothing but a NUL", [0]), ("no end of the variables", Array("TCPREMOTEIP=192.0.2.1\0alice".utf8)), ("too long", [UInt8](repeating: 1, count: 5000))])
        func `a packet that is none is misused, and the next login is one`(what: String, packet: [UInt8]) {
            let resident = Resident(["-s", InstalledService.prompt])
            #expect(resident.say(packet) == 2, "\(what)")
            #expect(resident.ask(Login.plain("alice")) == 0)
        }

        @Test func `a backend that is down is 111, and nobody's wrong password`() {
            InstalledService.write("resident-down", "pam_exec.so quiet /bin/false")
            let resident = Resident(["-s", "resident-none"])
            #expect(resident.ask(Login.plain("alice")) == 111)
            #expect(resident.errors.contains("no service file"))
            Stage.service("resident-none", "auth [default=die] pam_nowhere.so")
            #expect(resident.ask(Login.plain("alice")) == 111)
            // What was written meanwhile is what counts.
            Stage.service("resident-none")
            #expect(resident.ask(Login.plain("alice")) == 0)
            Stage.service("resident-none", "auth required pam_deny.so")
            #expect(resident.ask(Login.plain("alice")) == 1)
            Stage.must("rm", "/etc/pam.d/resident-none")
            #expect(resident.ask(Login.plain("alice")) == 111)
        }

        @Test func `a secret that is set or deleted meanwhile counts at once`() throws {
            let resident = Resident(["-s", InstalledService.prompt] + VirtualAccounts.options)
            #expect(resident.ask(try Login.cramMD5("late@example.com")) == 1)
            Stage.must(Stage.checkpwdctl, "set", "--stdin", "late@example.com", input: "pass\n")
            #expect(resident.ask(try Login.cramMD5("late@example.com")) == 0)
            #expect(resident.ask(Login.plain("late@example.com")) == 0)
            Stage.must(Stage.checkpwdctl, "delete", "late@example.com")
            #expect(resident.ask(try Login.cramMD5("late@example.com")) == 1)
        }

        @Test func `PAM is told of each login where it comes from, and opens no session`() throws {
            let folder = Folder()
            let script = folder.write("note", "#!/bin/sh\necho $PAM_TYPE $PAM_USER $PAM_RHOST >>\(folder("seen"))\n".utf8)
            chmod(script, 0o755)
            let lines = ["auth", "account", "session"].map { "\($0) required pam_exec.so quiet \(script)" }
            Stage.write("/etc/pam.d/resident-note", lines.joined(separator: "\n") + "\n")
            let resident = Resident(["-s", "resident-note"])
            #expect(resident.ask(Login.plain("alice"), "TCPREMOTEIP=192.0.2.1", "PROTO=TCP") == 0)
            #expect(resident.ask(Login.plain("expired"), "TCPREMOTEIP=192.0.2.2") == 0)
            #expect(resident.ask(Login.plain("alice")) == 0)
            let seen = try String(contentsOfFile: folder("seen"), encoding: .utf8)
            #expect(
                seen == """
                    auth alice 192.0.2.1
                    account alice 192.0.2.1
                    auth expired 192.0.2.2
                    account expired 192.0.2.2
                    auth alice
                    account alice

                    """)
        }

        @Test func `each login is a line in the log`() throws {
            let log = Syslog()
            let resident = Resident(["-s", InstalledService.prompt])
            _ = resident.ask(Login.plain("alice"), "TCPREMOTEIP=192.0.2.1")
            _ = resident.ask(try Login.cramMD5("alice", "wrong"), "TCPREMOTEIP=192.0.2.2")
            _ = resident.say([0])
            let lines = log.lines(of: "pam-checkpwd")
            #expect(lines.count == 3)
            let fields = #"rhost="192.0.2.1" service="prompt" login="alice""#
            #expect(lines.first == #"<86> verdict="accepted" reason="ok" mechanism="plain" "# + fields, "\(lines)")
            #expect(lines.dropFirst().first?.contains(#"verdict="rejected" reason="wrong-answer-to-challenge" mechanism="cram-md5" rhost="192.0.2.2""#) == true, "\(lines)")
            #expect(lines.last?.contains(#"verdict="misused""#) == true, "\(lines)")
        }

        @Test(.disabled(if: Stage.isSanitized, "the sanitizer keeps freed memory"))
        func `no password and no secret is left in it when it has answered`() throws {
            let password = "Resid3nt-Pa55word"
            Stage.must("useradd", "kept")
            Stage.must("chpasswd", input: "kept:\(password)\n")
            Stage.must(Stage.checkpwdctl, "set", "--stdin", "kept", input: "Resid3nt-5ecret\n")
            let resident = Resident(["-s", InstalledService.prompt])
            #expect(resident.ask(Login.plain("kept", password)) == 0)
            #expect(resident.ask(Login.plain("kept", "wrong-" + password)) == 1)
            #expect(resident.ask(try Login.cramMD5("kept", "Resid3nt-5ecret")) == 0)
            let memory = ProcessMemory(of: resident.pid)
            #expect(memory.holds("login=\"kept\"".utf8))
            #expect(!memory.holds(password.utf8))
            #expect(!memory.holds("Resid3nt-5ecret".utf8))
        }

        @Test(.disabled(if: Stage.isSanitized, "the sanitizer keeps freed memory"))
        func `a thousand logins leave no memory and no descriptor behind`() throws {
            let resident = Resident(["-s", Stage.service("resident-permit")])
            func use(_ count: Int) throws -> (kibibytes: Int, descriptors: Int) {
                for _ in 0..<count {
                    #expect(resident.ask(Login.plain("alice"), "TCPREMOTEIP=192.0.2.1") == 0)
                    #expect(resident.ask(try Login.cramMD5("alice"), "TCPREMOTEIP=192.0.2.1") == 0)
                }
                let status = try String(contentsOfFile: "/proc/\(resident.pid)/status", encoding: .utf8)
                let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmData:") })
                let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(resident.pid)/fd").count
                return (try #require(Int(line.split(whereSeparator: \.isWhitespace)[1])), descriptors)
            }
            let before = try use(50)
            let after = try use(450)
            #expect(after.descriptors == before.descriptors)
            #expect(after.kibibytes <= before.kibibytes + 64)
        }

        @Test(arguments: [
            (["--resident", "/bin/true"], "--resident runs no program: /bin/true"), (["--resident", "--chain"], "--resident excludes: --chain"),
            (["--dovecot", "--resident"], "--resident excludes: --dovecot"),
            (["--resident", "--hold-session"], "--resident excludes: --hold-session"),
            (["--resident"], "descriptor 3 is no socket for packets"),
        ])
        func `what cannot be with it is misused`(options: [String], message: String) {
            let outcome = Login.run(Login.plain("alice"), options)
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains(message), "\(outcome.errors)")
        }
    }
}
