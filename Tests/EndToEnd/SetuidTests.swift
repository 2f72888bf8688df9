import Foundation
import TestSupport
import Testing

extension OnStage {
    /// pam-checkpwd installed setuid root, mode 4750, attacked by a local user of its group.
    @Suite struct SetuidTests {
        private static let program = "/home/setuid/pam-checkpwd"

        private static let installed: Void = {
            Stage.accounts
            Stage.must("groupadd", "checkers")
            for name in ["mallory", "outsider"] { Stage.must("useradd", "--create-home", name) }
            Stage.must("usermod", "--append", "--groups", "checkers", "mallory")
            Stage.must("install", "-d", "/home/setuid")
            Stage.must("install", "-o", "root", "-g", "checkers", "-m", "4750", Stage.pamCheckpwd, program)
            Stage.service("quick", "auth required pam_unix.so nodelay", "account required pam_unix.so")
            allow("quick\npam-checkpwd\n")
        }()

        private static func allow(_ services: String, mode: mode_t = 0o644) {
            Stage.write("/etc/pam-checkpwd/services", services)
            chmod("/etc/pam-checkpwd/services", mode)
        }

        init() { Self.installed }

        /// Runs the program as a local user does.
        private func run(
            _ bytes: [UInt8], _ arguments: [String], as user: String = "mallory", after setting: String = ":",
            environment: [String: String] = [:]
        ) -> Program.Outcome {
            Program(
                ["setpriv", "--reuid=\(user)", "--regid=\(user)", "--init-groups", "/bin/sh", "-c"]
                    + ["\(setting); exec \"$0\" \"$@\"", Self.program] + arguments
            ).run(descriptor3: bytes, environment: environment)
        }

        private func asMallory(_ script: String) -> String {
            Program(["setpriv", "--reuid=mallory", "--regid=mallory", "--init-groups", "/bin/sh", "-c", script]).run().output
        }

        @Test func `a user of the group learns whether a password is right, and stays who they are`() throws {
            let right = run(
                Login.plain("alice"), ["-s", "quick", "/bin/sh", "-c", "id; cat /proc/self/status"])
            #expect(right.status == 0, "\(right.errors)")
            #expect(right.output.hasPrefix(asMallory("id")))
            let ids = right.output.split(separator: "\n").filter { $0.hasPrefix("Uid:") || $0.hasPrefix("Gid:") }
            #expect(ids.map(String.init) == asMallory("grep -E '^[UG]id:' /proc/self/status").split(separator: "\n").map(String.init))
            let wrong = run(Login.plain("alice", "wrong"), ["-s", "quick", "/bin/echo", "run"])
            #expect(wrong.status == 1 && wrong.output == "")
            let answer = try Login.cramMD5("alice")
            #expect(run(answer, Login.threeFields + ["-s", "quick", "/bin/echo", "run"]).output == "run\n")
        }

        /// Each waits: for credentials on a pipe that stays open, or for the reader of a full pipe. Where no slots were counted, all
        /// forty became root's.
        @Test(arguments: [
            ("credentials", "-s quick /bin/true 3<>silent 2>>errors"), ("a reader of its help", "--help >full 2>>errors"),
            ("a reader of its message", "--no-such-option 2>full"),
        ])
        func `a caller has no more processes with root's rights than its own limit of processes allows`(
            awaited: String, arguments: String
        ) {
            let folder = Folder()
            chmod(folder.path, 0o777)
            let script = """
                cd \(folder.path)
                mkfifo silent full
                exec 8<>full
                dd if=/dev/zero of=full bs=4096 oflag=nonblock 2>/dev/null
                ulimit -u 25 2>/dev/null || ulimit -p 25
                started=0
                while [ $started -lt 40 ]; do
                    \(Self.program) \(arguments) & started=$((started + 1))
                    sleep 0.05
                done
                sleep 1
                pgrep -u root -x pam-checkpwd | wc -l
                """
            let syslog = Syslog()
            let count = Int(asMallory(script).split(separator: "\n").last.map(String.init) ?? "")
            _ = Program(["pkill", "-KILL", "-x", "pam-checkpwd"]).run()
            #expect(count.map { (10...25).contains($0) } == true, "\(awaited): \(count ?? -1)")
            #expect(
                syslog.lines(of: "pam-checkpwd").contains {
                    $0.contains(#"reason="too-many-logins-of-one-caller-at-once""#) && $0.contains(#"about="25""#)
                })
            guard arguments.contains("errors") else { return }
            let errors = FileManager.default.contents(atPath: folder("errors")).map { String(decoding: $0, as: UTF8.self) }
            #expect(errors?.contains("too many logins of one caller at once: 25; ") == true, "\(errors ?? "")")
        }

        @Test func `who is not of the group cannot even start it`() {
            #expect(run(Login.plain("alice"), ["-s", "quick", "/bin/echo", "run"], as: "outsider").status == 126)
        }

        @Test(arguments: [
            ["-S", "/tmp/store"], ["-S", "postgresql:///mail"], ["-K", "/tmp/key"], ["-c"], ["-d"], ["-D", "example.com"],
            ["-p", "store"],
            ["--hold-session"], ["--allow-user-change"], ["--allow-other"], ["--dovecot"], ["--virtual-user", "root"],
            ["--replay-cache", "/tmp"], ["--challenge-age", "0"], ["--fail-delay", "0"], ["--count-failures"], ["--list-mechanisms"],
        ])
        func `an option that could do harm is refused`(option: [String]) {
            let outcome = run(Login.plain("alice"), ["-s", "quick"] + option + ["/bin/echo", "run"])
            #expect(outcome.status == 2)
            #expect(outcome.output == "")
            #expect(outcome.errors.hasPrefix("pam-checkpwd: option refused to you: --"))
        }

        @Test(arguments: ["../tty", "a/b", "a b"])
        func `an ident that is more than a word is refused`(ident: String) {
            #expect(run(Login.plain("alice"), ["-s", "quick", "-i", ident, "/bin/echo", "run"]).status == 2)
        }

        @Test func `only the services on root's list may be named`() {
            Stage.service("permit")
            for environment in [[:], ["PAM_SERVICE": "permit"]] {
                let named = environment.isEmpty ? ["-s", "permit"] : []
                let outcome = run(Login.plain("alice"), named + ["/bin/echo", "run"], environment: environment)
                #expect(outcome.status == 2 && outcome.output == "")
                #expect(outcome.errors.hasPrefix("pam-checkpwd: service not allowed: permit;"))
            }
            let listed = run(Login.plain("alice"), ["/bin/echo", "run"], environment: ["PAM_SERVICE": "quick"])
            #expect(listed.output == "run\n")
        }

        @Test func `without a list that is root's alone nobody is asked`() {
            defer { Self.allow("quick\npam-checkpwd\n") }
            let change: [(String, String)] = [
                ("printf '%16384s\\nquick\\n' '' >/etc/pam-checkpwd/services", "list of services too long"),
                ("chmod g+w /etc/pam-checkpwd/services", "list of services is not root's alone"),
                ("chmod 644 /etc/pam-checkpwd/services; chown mallory /etc/pam-checkpwd/services", "list of services is not root's alone"),
                ("rm /etc/pam-checkpwd/services; ln -s /etc/passwd /etc/pam-checkpwd/services", "list of services cannot be read"),
                ("rm /etc/pam-checkpwd/services", "list of services cannot be read"),
            ]
            for (command, line) in change {
                Stage.must("/bin/sh", "-c", command)
                let outcome = run(Login.plain("alice"), ["-s", "quick", "/bin/echo", "run"])
                #expect(outcome.status == 111 && outcome.output == "", "\(command)")
                #expect(outcome.errors.hasPrefix("pam-checkpwd: \(line)"))
            }
        }

        @Test func `nothing of the caller's environment is left, but an address`() {
            let hostile = [
                "LD_PRELOAD": "/tmp/evil.so", "LD_LIBRARY_PATH": "/tmp", "OPENSSL_CONF": "/tmp/evil.cnf", "AUTHORIZED": "1",
                "POSTAUTH": "/bin/false", "NATIVE_CHECKPASSWORD": "1", "KRB5_CONFIG": "/tmp/krb5", "IFS": "x",
                "PATH": "/tmp", "TCPREMOTEIP": "2001:db8::1",
            ]
            let kept = run(Login.plain("alice"), ["-s", "quick", "/usr/bin/env"], environment: hostile)
            let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            #expect(kept.output.split(separator: "\n").sorted() == [Substring(path), "TCPREMOTEIP=2001:db8::1", "USER=alice"])
            let lie = ["TCPREMOTEIP": "1.2.3.4; rm -rf /"]
            let dropped = run(Login.plain("alice"), ["-s", "quick", "/usr/bin/env"], environment: lie)
            #expect(!dropped.output.contains("TCPREMOTEIP"))
            // Not even a lookup without a password: an empty one is refused.
            #expect(run(Login.plain("alice", ""), ["-s", "quick", "/bin/echo", "run"], environment: hostile).status == 1)
        }

        @Test func `descriptors are closed above 3, and open below`() {
            let many = run(
                Login.plain("alice"), ["-s", "quick", "/bin/sh", "-c", "ls /proc/self/fd"],
                after: "exec 4</etc/passwd 9</etc/passwd")
            #expect(many.output == "0\n1\n2\n3\n")
            let closed = run(
                Login.plain("alice"), ["-s", "quick", "/bin/sh", "-c", "readlink /proc/$$/fd/0 /proc/$$/fd/2"],
                after: "exec 0<&- 2>&-")
            // glibc may have opened them before us, on /dev/full.
            #expect(closed.output.split(separator: "\n").filter { $0 == "/dev/null" || $0 == "/dev/full" }.count == 2)
        }

        @Test func `a limit of the caller's does not keep a wrong password from being counted, and is theirs again`() {
            Stage.service(
                "counted", "auth requisite pam_faillock.so preauth deny=100", "auth sufficient pam_unix.so nodelay",
                "auth [default=die] pam_faillock.so authfail deny=100", "account required pam_unix.so")
            Self.allow("quick\npam-checkpwd\ncounted\n")
            defer { Self.allow("quick\npam-checkpwd\n") }
            defer { Stage.must("faillock", "--user", "alice", "--reset") }
            func counted() -> Int {
                let tally = Program(["faillock", "--user", "alice"]).run().output.split(separator: "\n")
                return tally.filter { $0.hasSuffix("V") }.count
            }
            let limits = "ulimit -S -f 0; ulimit -S -t 1; ulimit -S -n 16"
            let wrong = run(Login.plain("alice", "wrong"), ["-s", "counted", "/bin/echo", "run"], after: limits)
            #expect(wrong.status == 1)
            #expect(counted() == 1)
            // A hard limit, root may not be able to raise in a container; then PAM is not asked at all.
            let hard = run(Login.plain("alice", "wrong"), ["-s", "counted", "/bin/true"], after: "ulimit -f 0")
            #expect(hard.status == 111 && counted() == 1 || hard.status == 1 && counted() == 2)
            let show = "ulimit -S -f; ulimit -S -t; ulimit -S -n; umask"
            let right = run(
                Login.plain("alice"), ["-s", "quick", "/bin/sh", "-c", show],
                after: "ulimit -S -f 100; ulimit -S -t 1; ulimit -S -n 16; umask 027")
            #expect(right.output == "100\n1\n16\n0027\n")
        }

        /// What reaches into a process over execve, set by its caller; the script of the service's module sees the process
        /// while PAM is asked, and the program afterwards what is the caller's again.
        @Test(.disabled(if: Stage.isSanitized, "the sanitizer does not begin under a limit on the address space"))
        func `timers, signals, limits and mask of the caller's are gone while PAM is asked`() {
            let folder = Folder()
            chmod(folder.path, 0o755)
            let seen = folder.write("seen", [])
            let script = folder.write(
                "script",
                #"""
                #!/bin/sh
                exec >"\#(seen)"
                umask
                for limit in t f d v c; do ulimit -S -$limit; done
                [ "$(ulimit -S -n)" -ge 1024 ] && [ "$(ulimit -S -s)" -ge 8192 ] && echo enough
                # Signals 1 to 28: the C library keeps 32 and 33 to itself.
                sed -nE 's/^Sig(Blk|Ign):.*(.{7})$/\1 \2/p' /proc/$PPID/status
                """#.utf8, mode: 0o755)
            Stage.service("seeing", "auth required pam_exec.so \(script)", "auth required pam_unix.so nodelay")
            Self.allow("seeing\n")
            defer { Self.allow("quick\npam-checkpwd\n") }
            let show = """
                import os, resource, signal
                print([signal.getitimer(timer) for timer in range(3)])
                print([resource.getrlimit(limit)[0] for limit in LIMITS], os.umask(0))
                """
            let limits = """
                LIMITS = {
                    resource.RLIMIT_CPU: 500, resource.RLIMIT_FSIZE: 5 << 20, resource.RLIMIT_DATA: 500 << 20,
                    resource.RLIMIT_AS: 600 << 20, resource.RLIMIT_STACK: 4 << 20, resource.RLIMIT_NOFILE: 50,
                    resource.RLIMIT_CORE: 1 << 20,
                }
                """
            let wrapper = """
                import os, resource, signal, sys
                \(limits)
                for timer in range(3): signal.setitimer(timer, 1000)
                for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGUSR1): signal.signal(number, signal.SIG_IGN)
                signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGALRM, signal.SIGSEGV))
                os.umask(0o027)
                for limit, soft in LIMITS.items(): resource.setrlimit(limit, (soft, resource.getrlimit(limit)[1]))
                os.execv(sys.argv[1], sys.argv[1:])
                """
            let outcome = Program(
                ["setpriv", "--reuid=mallory", "--regid=mallory", "--init-groups", "python3", "-c", wrapper, Self.program]
                    + ["-s", "seeing", "/usr/bin/python3", "-c", "import resource\n" + limits + "\n" + show]
            ).run(descriptor3: Login.plain("alice"))
            let terminal = [SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU].reduce(0) { $0 | 1 << UInt64($1 - 1) }
            let ignored = "0" + String(terminal, radix: 16)
            #expect(
                (try? String(contentsOfFile: seen, encoding: .utf8)) == """
                    0077
                    unlimited
                    unlimited
                    unlimited
                    unlimited
                    0
                    enough
                    Blk 0000000
                    Ign \(ignored)

                    """)
            #expect(
                outcome.output == """
                    [(0.0, 0.0), (0.0, 0.0), (0.0, 0.0)]
                    [500, 5242880, 524288000, 629145600, 4194304, 50, 1048576] 23

                    """, "\(outcome.errors)")
        }

        @Test func `limits and priority that a module sets for the user are not the caller's program's`() {
            Stage.write(
                "/etc/security/limits-setuid.conf",
                "alice soft nproc 77\nalice soft memlock 32\nalice soft msgqueue 4096\nalice - priority 3\n")
            Stage.service("limiting", "session required pam_limits.so conf=/etc/security/limits-setuid.conf")
            Self.allow("limiting\n")
            defer { Self.allow("quick\npam-checkpwd\n") }
            let show = "ulimit -S -a; ulimit -H -a; nice"
            let outcome = run(Login.plain("alice"), ["-s", "limiting", "/bin/bash", "-c", show])
            #expect(outcome.output == asMallory("exec bash -c '\(show)' 3<&-"), "\(outcome.errors)")
            // The module does set them.
            let alice = Login.run(Login.plain("alice"), ["-s", "limiting", "/bin/bash", "-c", "ulimit -u; nice"])
            #expect(alice.output == "77\n3\n")
        }

        @Test func `an accepted login is in the log before the caller can keep it out`() throws {
            let syslog = Syslog()
            let outcome = Program(
                ["strace", "-u", "mallory", "-s", "300", "-e", "trace=sendmsg,setresuid", "-o", "/dev/stderr", Self.program]
                    + ["-s", "quick", "/bin/true"]
            ).run(descriptor3: Login.plain("alice"))
            #expect(outcome.status == 0)
            let calls = outcome.errors.split(separator: "\n")
            let logged = try #require(calls.firstIndex { $0.hasPrefix("sendmsg(") && $0.contains(#"verdict=\"accepted\""#) })
            let mallory = try #require(getpwnam("mallory")).pointee.pw_uid
            let givenBack = try #require(calls.firstIndex { $0.hasPrefix("setresuid(\(mallory), ") })
            #expect(logged < givenBack)
            withExtendedLifetime(syslog) {}
        }

        @Test func `a program that cannot run is a second line, though the caller left no descriptor for it`() {
            let syslog = Syslog()
            let outcome = run(Login.plain("alice"), ["-s", "quick", "/nonexistent/program"], after: "ulimit -S -n 5")
            #expect(outcome.status == 111)
            let verdicts = syslog.lines(of: "pam-checkpwd").filter { $0.contains("> verdict=") }
            #expect(verdicts.count == 2)
            #expect(verdicts.first?.contains(#"verdict="accepted""#) == true)
            #expect(verdicts.last?.contains(#"verdict="temporary" reason="cannot-run-program""#) == true)
        }

        @Test func `the log, and standard error, have the program's own name, whatever the caller calls it`() {
            let syslog = Syslog()
            let command = ["/bin/bash", "-c", #"exec -a sshd "$0" "$@""#, Self.program, "-s", "quick", "/nonexistent/program"]
            let outcome = Program(["setpriv", "--reuid=mallory", "--regid=mallory", "--init-groups"] + command)
                .run(descriptor3: Login.plain("alice"))
            #expect(outcome.errors.hasPrefix("pam-checkpwd: cannot run program:"))
            #expect(syslog.lines(of: "pam-checkpwd").filter { $0.contains("> verdict=") }.count == 2)
            #expect(syslog.lines(of: "sshd").isEmpty)
        }

        @Test func `the caller can neither kill nor stop it while it asks`() {
            Stage.service("slow", "auth required pam_exec.so quiet /bin/sleep 1", "auth required pam_unix.so nodelay")
            Self.allow("slow\n")
            defer { Self.allow("quick\npam-checkpwd\n") }
            let script = """
                printf 'alice\\0wrong\\0\\0' | "$0" -s slow /bin/echo run 3<&0 &
                checker=$!
                sleep 0.3
                for signal in KILL STOP TERM ALRM; do kill -$signal $checker 2>/dev/null && echo sent; done
                for file in mem environ maps; do head -c 1 /proc/$checker/$file 2>/dev/null; done
                strace -p $checker 2>/dev/null && echo traced
                wait $checker
                echo $?
                """
            let outcome = Program(
                ["setpriv", "--reuid=mallory", "--regid=mallory", "--init-groups", "/bin/sh", "-c", script, Self.program]
            ).run()
            #expect(outcome.output == "1\n")
        }

        /// A change of user or group undoes PR_SET_DUMPABLE where fs.suid_dumpable is not 0.
        @Test(arguments: [true, false])
        func `dumps are forbidden again after each change of user or group`(asSetuid: Bool) throws {
            Stage.service("changing", "auth required pam_permit.so")
            Self.allow("changing\n")
            defer { Self.allow("quick\npam-checkpwd\n") }
            let program = asSetuid ? ["-u", "mallory", Self.program] : [Stage.pamCheckpwd]
            let outcome = Program(
                ["strace", "-e", "trace=prctl,setgid,setresgid,setuid,setresuid,setgroups,setitimer", "-o", "/dev/stderr"]
                    + program + ["-s", "changing", "/bin/true"]
            ).run(descriptor3: Login.plain("alice"))
            #expect(outcome.status == 0)
            let calls = outcome.errors.split(separator: "\n")
                .filter { $0.contains("PR_SET_DUMPABLE") || $0.hasPrefix("set") }.map { $0.prefix { $0 != "(" } }
            #expect(calls.first == "prctl")
            let changes = calls.dropFirst().drop { $0 == "prctl" }
            let expected: [Substring] =
                asSetuid ? ["setresuid", "setgroups", "setresgid", "prctl", "setitimer"] : ["setgid", "prctl", "setgroups"]
            #expect(changes.starts(with: expected))
            // setuid(0) is the proof that there is no way back.
            #expect(calls.suffix(3) == [asSetuid ? "setresuid" : "setuid", "prctl", "setuid"])
            // After each of PAM's calls, too: two of authentication and account, two of credentials, two of the session.
            #expect(calls.filter { $0 == "prctl" }.count >= 8)
        }

        @Test func `the log names who asked`() throws {
            let syslog = Syslog()
            _ = run(Login.plain("alice", "wrong"), ["-s", "quick", "/bin/echo", "run"])
            let line = try #require(syslog.lines(of: "pam-checkpwd").last { $0.contains("> verdict=") })
            let mallory = try #require(getpwnam("mallory")).pointee.pw_uid
            #expect(line.contains(#"login="alice" caller="\#(mallory)""#))
        }

        @Test func `root, who runs it with the rights of root, is not restricted`() {
            let outcome = Program([Self.program, "-s", "quick", "-d", "/usr/bin/id", "-un"])
                .run(descriptor3: Login.plain("alice"))
            #expect(outcome.output == "alice\n")
            // Not even where the program has a group that root lacks.
            let setgid = "/home/setuid/setgid"
            Stage.must("install", "-o", "root", "-g", "checkers", "-m", "2755", Stage.pamCheckpwd, setgid)
            #expect(
                Program([setgid, "-s", "quick", "-d", "/usr/bin/id", "-un"]).run(descriptor3: Login.plain("alice")).output
                    == "alice\n")
        }
    }
}
