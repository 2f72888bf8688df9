import Foundation
import TestSupport
import Testing

extension OnStage {
    /// What modules are told of a login, and what they leave to the program: items, sessions, environment.
    @Suite struct SessionTests {
        init() { Stage.accounts }

        /// A file to which modules, and the user's program, add a line each.
        private struct Journal {
            private let folder = Folder()
            var path: String { folder("journal") }

            init() {
                chmod(folder.path, 0o755)
                folder.write("journal", [], mode: 0o666)
            }

            /// A script for pam_exec: it adds what this shell command prints.
            func script(_ command: String) -> String {
                folder.write("script", "#!/bin/sh\n\(command) >>\(path)\n".utf8, mode: 0o755)
            }

            var lines: [String] {
                let text = try? String(contentsOfFile: path, encoding: .utf8)
                return text?.split(separator: "\n").map(String.init) ?? []
            }
        }

        // MARK: Items

        @Test(arguments: [
            ([], ["TCPREMOTEIP": "192.0.2.1"], "alice", "checkpassword 192.0.2.1 alice alice"),
            ([], ["TCPREMOTEIP": "192.0.2.1", "REMOTE_IP": "192.0.2.2"], "alice", "checkpassword 192.0.2.1 alice alice"),
            ([], ["REMOTE_IP": "192.0.2.2"], "alice", "checkpassword 192.0.2.2 alice alice"),
            ([], ["TCPREMOTEIP": "", "REMOTE_IP": "192.0.2.2"], "alice", "checkpassword 192.0.2.2 alice alice"),
            (["--ident", "pop3"], [:], "alice", "pop3 - alice alice"),
            (
                ["-i", "imap", "-D", "example.com"], ["TCPREMOTEIP": "2001:db8::1"], "alice@example.com",
                "imap 2001:db8::1 alice@example.com alice"
            ),
        ])
        func `modules are told terminal, remote host, remote user and user, in every phase`(
            options: [String], environment: [String: String], login: String, told: String
        ) throws {
            let journal = Journal()
            let script = journal.script(#"echo "$PAM_TYPE ${PAM_TTY:--} ${PAM_RHOST:--} ${PAM_RUSER:--} $PAM_USER""#)
            let service = Stage.service(
                "items", "auth optional pam_exec.so \(script)", "auth required pam_permit.so",
                "account required pam_exec.so \(script)", "session required pam_exec.so \(script)")
            let outcome = Login.run(
                Login.plain(login), ["-s", service] + options + ["/bin/true"], environment: environment)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(journal.lines == ["auth", "account", "open_session", "close_session"].map { "\($0) \(told)" })
        }

        @Test func `after a challenge, modules hear of the account and the session, not of the authentication`() throws {
            let journal = Journal()
            let script = journal.script("echo $PAM_TYPE $PAM_USER")
            let service = Stage.service(
                "items", "auth optional pam_exec.so \(script)", "auth required pam_permit.so",
                "account required pam_exec.so \(script)", "session required pam_exec.so \(script)")
            #expect(Login.run(try Login.cramMD5("alice"), ["-s", service, "/bin/true"]).status == 0)
            #expect(journal.lines == ["account alice", "open_session alice", "close_session alice"])
        }

        // MARK: Sessions

        @Test(arguments: [
            ([], ["open_session 0", "close_session 0", "program"]),
            (["--hold-session"], ["open_session 0", "program", "close_session 0"]),
            (["--hold-session", "--noenv"], ["open_session 0", "program", "close_session 0"]),
            (["--no-session"], ["program"]),
            (["--noenv"], ["open_session 0", "close_session 0", "program"]),
        ])
        func `the session is opened and closed by root, before the program or around it`(
            options: [String], expected: [String]
        ) throws {
            for bytes in [Login.plain("alice"), try Login.cramMD5("alice")] {
                let journal = Journal()
                let script = journal.script("echo $PAM_TYPE $(id -u)")
                let service = Stage.service("session", "session required pam_exec.so \(script)")
                let outcome = Login.run(
                    bytes, ["-s", service] + options + ["/bin/sh", "-c", "echo program >>\(journal.path); exit 7"])
                #expect(outcome.status == 7)
                #expect(journal.lines == expected)
            }
        }

        @Test(arguments: ["HUP", "INT", "QUIT", "TERM", "USR1", "USR2", "ALRM"])
        func `a held session passes a signal on, outlives it, and exits with the program's status`(signal: String) {
            let journal = Journal()
            let service = Stage.service(
                "session", "session required pam_exec.so \(journal.script("echo $PAM_TYPE"))")
            let program = #"""
                trap 'echo told >>"$0"; exit 9' \#(signal)
                echo started >>"$0"
                while :; do sleep 0.02; done
                """#
            let outcome = Program([
                "/bin/sh", "-c",
                #"""
                # What a shell starts in the background ignores some of them.
                env --default-signal "$0" -s "$1" --hold-session /bin/sh -c "$2" "$3" & bridge=$!
                tries=0
                until grep -q started "$3"; do
                    tries=$((tries + 1)); [ "$tries" -lt 500 ] || break
                    sleep 0.02
                done
                kill -"$4" "$bridge"
                wait "$bridge"
                """#,
                Stage.pamCheckpwd, service, program, journal.path, signal,
            ]).run(descriptor3: Login.plain("alice"))
            #expect(outcome.status == 9)
            #expect(journal.lines == ["open_session", "started", "told", "close_session"])
        }

        @Test func `a signal while the session closes ends nothing, and goes to nobody`() {
            let journal = Journal()
            // Sent by the module that closes it, when the program is no more.
            let service = Stage.service(
                "session",
                "session required pam_exec.so \(journal.script("[ $PAM_TYPE = open_session ] || kill -TERM $PPID; echo $PAM_TYPE"))")
            let outcome = Program([
                "strace", "-e", "trace=kill", "-o", "/dev/stderr", Stage.pamCheckpwd, "-s", service, "--hold-session",
                "/bin/sh", "-c", "exit 7",
            ]).run(descriptor3: Login.plain("alice"))
            #expect(outcome.status == 7)
            #expect(outcome.errors.contains("SIGTERM") && !outcome.errors.contains("kill("), "\(outcome.errors)")
            #expect(journal.lines == ["open_session", "close_session"])
        }

        @Test func `a held session's end is seen where the caller ignores SIGCHLD, and the program finds it ignored`() {
            Stage.service("held")
            let outcome = Program([
                "env", "--ignore-signal=CHLD", Stage.pamCheckpwd, "-s", "held", "--hold-session", "/usr/bin/awk",
                // Bit 16 is signal 17's: the last of the fifth digit from the right.
                "/^SigIgn/ { print substr($2, 12, 1) } END { exit 7 }", "/proc/self/status",
            ]).run(descriptor3: Login.plain("alice"))
            #expect(outcome.status == 7)
            #expect(outcome.output == "1\n")
        }

        @Test func `while a session is held, the program alone has the client's connection`() {
            Stage.service("held")
            let outcome = Login.run(
                Login.plain("alice"),
                [
                    "-s", "held", "-e", "--hold-session", "/bin/sh", "-c",
                    #"""
                    tries=0
                    until [ "$(readlink /proc/$PPID/fd/0 /proc/$PPID/fd/1 | sort -u)" = /dev/null ]; do
                        tries=$((tries + 1)); [ "$tries" -lt 200 ] || exit 8
                        sleep 0.02
                    done
                    readlink /proc/self/fd/0 | grep -c pipe
                    """#,
                ])
            #expect(outcome.status == 0)
            #expect(outcome.output == "1\n")
        }

        @Test func `a program that a signal ended is 128 plus the signal, and its session is closed`() {
            let journal = Journal()
            let service = Stage.service(
                "session", "session required pam_exec.so \(journal.script("echo $PAM_TYPE"))")
            // A status, not a signal: the shell between says which.
            let outcome = Program([
                "/bin/sh", "-c", #""$0" -s "$1" --hold-session /bin/sh -c 'kill -KILL $$'; echo $?"#,
                Stage.pamCheckpwd, service,
            ]).run(descriptor3: Login.plain("alice"))
            #expect(outcome.output == "137\n")
            #expect(journal.lines == ["open_session", "close_session"])
        }

        @Test func `where the program cannot be run, a held session is closed all the same`() {
            let journal = Journal()
            let service = Stage.service(
                "session", "session required pam_exec.so \(journal.script("echo $PAM_TYPE"))")
            let outcome = Login.run(Login.plain("alice"), ["-s", service, "--hold-session", "/nonexistent/program"])
            #expect(outcome.status == 111)
            #expect(journal.lines == ["open_session", "close_session"])
        }

        @Test(arguments: [
            ("pam_deny.so", Int32(111)), ("pam_exec.so /bin/false", 111), ("pam_no_such_module.so", 111),
            ("pam_debug.so open_session=perm_denied", 1),
        ])
        func `a session that does not open lets nobody in, and takes the credentials back`(
            module: String, status: Int32
        ) throws {
            let service = Stage.service("session", "session required \(module)")
            for options in [[], ["--hold-session"], ["--noenv"]] {
                for bytes in [Login.plain("alice"), try Login.cramMD5("alice")] {
                    let outcome = Login.run(bytes, ["-d", "-s", service] + options + ["/bin/echo", "run"])
                    #expect(outcome.status == status)
                    #expect(outcome.output == "")
                    let calls = outcome.errors.split(separator: "\n").compactMap { line in
                        line.hasPrefix("pam-checkpwd: pam_") ? line.split(separator: " ")[1] : nil
                    }
                    #expect(calls.suffix(3) == ["pam_setcred:", "pam_open_session:", "pam_setcred:"])
                }
            }
            #expect(Login.run(Login.plain("alice"), ["-s", service, "--no-session", "/bin/echo", "run"]).output == "run\n")
        }

        // MARK: Environment

        @Test(arguments: ["auth", "session"])
        func `what modules set reaches the program, except for names that are not theirs, and not with --noenv`(
            kind: String
        ) throws {
            let reserved = [
                "USER", "HOME", "SHELL", "PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "EXTRA", "userdb_uid", "AUTHORIZED",
                "ORIG_UID", "INSECURE_SETUID",
            ]
            Stage.write(
                "/etc/security/pam_env-test.conf", (["MARK"] + reserved).map { "\($0) DEFAULT=/module\n" }.joined())
            let service = Stage.service(
                "environment", "auth required pam_permit.so",
                "\(kind) required pam_env.so readenv=0 conffile=/etc/security/pam_env-test.conf",
                kind == "auth" ? "session required pam_permit.so" : "account required pam_permit.so")
            func environment(_ bytes: [UInt8], _ options: String...) -> [String] {
                Login.run(bytes, ["-s", service] + options + ["/usr/bin/env"], environment: ["KEPT": "kept"])
                    .output.split(separator: "\n").map(String.init)
                    // These two are what runs the test, and the sanitizer's build of it.
                    .filter { !$0.hasPrefix("PATH=/usr/local/") && !$0.hasPrefix("ASAN_OPTIONS=") }.sorted()
            }
            for bytes in [{ Login.plain("alice") }, { try Login.cramMD5("alice") }] {
                let full = ["HOME=/home/alice", "KEPT=kept", "MARK=/module", "SHELL=/bin/sh", "USER=alice"]
                #expect(environment(try bytes()) == full)
                #expect(environment(try bytes(), "--hold-session") == full)
                #expect(environment(try bytes(), "--noenv") == ["KEPT=kept", "USER=alice"])
            }
        }

        @Test func `the mask that pam_umask sets is the program's`() {
            Stage.service("umask", "session required pam_umask.so umask=037")
            #expect(Login.run(Login.plain("alice"), ["-s", "umask", "/bin/sh", "-c", "umask"]).output == "0037\n")
        }
    }
}
