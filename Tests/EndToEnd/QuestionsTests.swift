import Foundation
import TestSupport
import Testing

extension OnStage {
    /// What real modules ask and say, and what becomes of a user whom they change.
    @Suite struct QuestionsTests {
        init() {
            Stage.accounts
            Stage.tenant
        }

        // MARK: Questions

        @Test(arguments: ["pam_stress.so", "pam_ftp.so"])
        func `a second question in other words never gets the password, and exits 111`(module: String) {
            let service = Stage.service("question", "auth required pam_unix.so nodelay", "auth required \(module)")
            let outcome = Login.run(Login.plain("alice"), ["-d", "-s", service, "/bin/echo", "run"])
            #expect(outcome.status == 111)
            #expect(outcome.output == "")
            let asked = outcome.errors.split(separator: "\n").filter { $0.contains("module asks, hidden: ") }
            #expect(asked.count == 2)
            #expect(Set(asked).count == 2)
        }

        @Test func `the same question again gets the same answer`() {
            // pam_ftp asks for itself, each time.
            let service = Stage.service(
                "question", "auth optional pam_ftp.so", "auth optional pam_ftp.so",
                "auth required pam_unix.so nodelay use_first_pass")
            let outcome = Login.run(Login.plain("alice"), ["-d", "-s", service, "/bin/echo", "run"])
            #expect(outcome.output == "run\n")
            let asked = outcome.errors.split(separator: "\n").filter { $0.contains("module asks, hidden: ") }
            #expect(asked.count == 2)
            #expect(Set(asked).count == 1)
        }

        @Test func `a module that reads the password from PAM finds it, and is not asked after a challenge`() throws {
            let service = Stage.service(
                "question", "auth required pam_unix.so nodelay",
                "auth required pam_exec.so expose_authtok /usr/bin/grep -q ^pass")
            #expect(Login.run(Login.plain("alice"), ["-s", service, "/bin/echo", "run"]).output == "run\n")
            #expect(Login.run(try Login.cramMD5("alice"), ["-s", service, "/bin/echo", "run"]).output == "run\n")
        }

        // MARK: Words

        @Test func `what modules say is logged, each a line`() {
            // pam_motd reads as the user.
            let folder = Folder()
            chmod(folder.path, 0o755)
            let greeting = folder.write("greeting", "hello %u\n".utf8)
            let motd = folder.write("motd", "one\ntwo\n".utf8, mode: 0o644)
            Stage.service(
                "words", "auth optional pam_echo.so file=\(greeting)", "auth required pam_unix.so nodelay",
                "account optional pam_echo.so welcome", "account required pam_permit.so",
                "session optional pam_motd.so motd=\(motd)", "session required pam_permit.so")
            let syslog = Syslog()
            let outcome = Login.run(Login.plain("alice"), ["-s", "words", "/bin/echo", "run"])
            #expect(outcome.output == "run\n")
            #expect(outcome.errors == "")
            let end = #"service="words" login="alice""#
            #expect(
                syslog.lines(of: "pam-checkpwd") == [
                    #"<86> message="information" text="hello\x20alice" \#(end)"#,
                    #"<86> message="information" text="welcome" \#(end)"#,
                    #"<86> message="information" text="one\x0atwo" \#(end)"#,
                    #"<86> verdict="accepted" reason="ok" mechanism="plain" rhost="" \#(end)"#,
                ])
        }

        @Test func `of what modules say, eight texts are logged`() {
            Stage.write("/etc/pam.d/talkative", (1...10).map { "auth optional pam_echo.so text \($0)\n" }.joined() + """
                auth required pam_permit.so
                account required pam_permit.so
                session required pam_permit.so

                """)
            let syslog = Syslog()
            #expect(Login.run(Login.plain("alice"), ["-s", "talkative", "/bin/true"]).status == 0)
            let lines = syslog.lines(of: "pam-checkpwd")
            #expect(lines.filter { $0.contains("message=") }.count == 8)
            #expect(lines.dropLast().last?.contains(#"text="text\x208""#) == true)
            #expect(lines.last?.contains(#"verdict="accepted""#) == true)
        }

        @Test func `what modules warn of is logged as an error's text`() throws {
            let restore = Stage.replace("/etc/nologin", with: "closed for today\n")
            defer { restore() }
            Stage.service("words", "account required pam_nologin.so")
            let syslog = Syslog()
            #expect(Login.run(try Login.cramMD5("alice"), ["-s", "words", "/bin/true"]).status == 1)
            let lines = syslog.lines(of: "pam-checkpwd")
            #expect(lines.first?.hasPrefix(#"<86> message="error" text="closed\x20for\x20today"#) == true)
            #expect(lines.last?.hasPrefix(#"<85> verdict="rejected" reason="account-refused""#) == true)
        }

        // MARK: Another user

        @Test func `a user whom a module changed is let in only with --allow-user-change`() throws {
            // pam_ftp puts the first of its users in the place of any other.
            let service = Stage.service(
                "changed", "auth required pam_ftp.so ignore users=tenant,alice", "auth required pam_permit.so")
            let syslog = Syslog()
            let refused = Login.run(Login.plain("alice"), ["-s", service, "/bin/echo", "run"])
            #expect(refused.status == 1)
            #expect(refused.output == "")
            let line = try #require(syslog.lines(of: "pam-checkpwd").last)
            #expect(line.contains(#"verdict="rejected" reason="user-changed-by-pam""#))
            #expect(line.hasSuffix(#"login="alice" about="tenant""#))
            let program = ["/bin/sh", "-c", "id -un; echo $USER; pwd"]
            let allowed = Login.run(Login.plain("alice"), ["-s", service, "--allow-user-change"] + program)
            #expect(allowed.output == "tenant\ntenant\n/home/tenant\n")
            // After a challenge nobody asks for the change.
            let challenged = Login.run(try Login.cramMD5("alice"), ["-s", service] + program)
            #expect(challenged.output == "alice\nalice\n/home/alice\n")
        }
    }
}
