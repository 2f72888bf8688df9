import Foundation
import TestSupport
import Testing

extension Stage {
    /// The module of `Tests/Stage/pam_hostile.c`.
    static let hostileModule: String = {
        let module = "/run/pam_hostile.so"
        must("cc", "-shared", "-fPIC", "-o", module, repository("Tests/Stage/pam_hostile.c"))
        return module
    }()

    /// A service whose modules permit everything, with the hostile one among them.
    ///
    /// - Parameter arguments: the module's: a phase, and what it does then.
    static func hostileService(_ arguments: String) -> String {
        service("hostile", lines: ["auth", "account", "session"].map { "\($0) required \(hostileModule) \(arguments)" })
    }
}

extension OnStage {
    /// A PAM module that changes or ends the process that it runs in.
    @Suite struct HostileModuleTests {
        init() { Stage.accounts }

        private func login(
            _ arguments: String, _ options: [String] = [], _ program: [String] = ["/bin/echo", "run"], input: String = ""
        ) -> Program.Outcome {
            Program([Stage.pamCheckpwd, "-s", Stage.hostileService(arguments)] + options + ["--"] + program)
                .run(descriptor3: Login.plain("alice"), input: Array(input.utf8))
        }

        // MARK: The end of the process

        private static let phases = ["authenticate", "account", "setcred", "session", "close"]
        private static let ends = ["exit", "_exit", "_Exit", "quick_exit", "errx", "pthread_exit", "exiting-thread"]

        @Test(arguments: phases, ends)
        func `a module that ends the process is a temporary failure in each phase, and the log names the phase`(
            phase: String, end: String
        ) {
            let log = Syslog()
            for options in [[], ["-e"], ["--hold-session"], ["--chain"]] {
                // With --hold-session, the program has run when the session is closed.
                let runs = phase == "close" && options == ["--hold-session"]
                let outcome = login("\(phase) \(end)" + (phase == "authenticate" ? " refuse" : ""), options)
                #expect(outcome.status == 111 && outcome.output == (runs ? "run\n" : ""), "\(options): \(outcome)")
                #expect(outcome.errors.contains("pam-checkpwd: module ended the process: pam_"))
                let verdicts = log.lines(of: "pam-checkpwd").filter { $0.contains("> verdict=") }
                #expect(verdicts.count == (runs ? 2 : 1), "\(verdicts)")
                #expect(
                    verdicts.last?.hasPrefix(#"<83> verdict="temporary" reason="module-ended-the-process" mechanism="plain""#) == true,
                    "\(verdicts)")
                let function = [
                    "authenticate": "pam_authenticate", "account": "pam_acct_mgmt", "setcred": "pam_setcred",
                    "session": "pam_open_session", "close": "pam_close_session",
                ][phase]!
                #expect(verdicts.last?.contains(#"login="alice" about="\#(function)\x20"#) == true, "\(verdicts)")
            }
        }

        @Test func `a program that is stripped, as when it is installed, guards its end as well`() {
            let folder = Folder()
            Stage.must("strip", "-o", folder("pam-checkpwd"), Stage.pamCheckpwd)
            for end in ["exit", "_exit", "_Exit", "quick_exit"] {
                let service = Stage.hostileService("authenticate \(end) refuse")
                let outcome = Program([folder("pam-checkpwd"), "-s", service, "/bin/true"]).run(descriptor3: Login.plain("alice"))
                #expect(outcome.status == 111, "\(end): \(outcome)")
            }
        }

        @Test(arguments: ["abort", "kill"])
        func `a module that ends the process by a signal has no login accepted`(end: String) {
            for phase in Self.phases {
                let outcome = login("\(phase) \(end)")
                #expect(outcome.status > 128 && outcome.output == "", "\(phase): \(outcome)")
            }
        }

        /// The C library runs the exit handlers of a module when PAM unloads it.
        @Test func `a module whose exit handler ends the process is a temporary failure`() {
            for end in ["", " refuse"] {
                let outcome = login("authenticate handler" + end)
                #expect(outcome.status == 111 && outcome.output == "", "\(outcome)")
                #expect(outcome.errors.hasPrefix("pam-checkpwd: module ended the process: pam_end _exit; "))
            }
        }

        /// Actions that neither end the process nor decide the login.
        @Test(arguments: ["fork", "vfork", "daemon", "execl", "execlp", "execve", "system"])
        func `a module that forks, or would execute another program, decides nothing`(action: String) {
            let refused = login("authenticate \(action) refuse")
            #expect(refused.status == 1 && refused.output == "", "\(refused)")
            for phase in Self.phases {
                let outcome = login("\(phase) \(action)")
                #expect(outcome.status == 0 && outcome.output == "run\n", "\(phase): \(outcome)")
            }
        }

        @Test func `a thread that a module leaves running has no refused login accepted`() {
            // A login crashes if the thread runs when its code is unloaded with the module.
            let refused = login("authenticate thread refuse")
            #expect((refused.status == 1 || refused.status > 128) && refused.output == "", "\(refused)")
            for phase in Self.phases {
                let outcome = login("\(phase) thread")
                #expect(outcome.status == 0 && outcome.output == "run\n" || outcome.status > 128, "\(phase): \(outcome)")
            }
        }

        @Test(arguments: ends)
        func `a worker whose module ends it gives no answer`(end: String) {
            for phase in ["authenticate", "account"] {
                let log = Syslog()
                let worker = ResidentProgram(["-s", Stage.hostileService("\(phase) \(end)")])
                #expect(worker.ask(Login.plain("alice")) == nil)
                #expect(worker.end() == 111)
                #expect(
                    log.lines(of: "pam-checkpwd").contains { $0.contains(#"reason="module-ended-the-process""#) }, "\(phase)")
            }
        }

        @Test func `smtp-auth answers a login whose worker was ended by a module with a temporary failure`() throws {
            let service = Stage.hostileService("authenticate exit")
            let outcome = Program([
                "/bin/sh", "-c", #"printf 'AUTH PLAIN AGFsaWNlAHBhc3M=\r\nQUIT\r\n' | "$0" "$@" | cat"#, Stage.smtpAuth,
                "--allow-plaintext", "--hostname", "mail.example.com", "--auth-resident", "--auth-command",
                "\(Stage.pamCheckpwd) --resident -s \(service) -e",
            ]).run()
            #expect(outcome.output.contains("\r\n454 "), "\(outcome)")
            #expect(!outcome.output.contains("\r\n235 "))
        }

        // MARK: The log

        @Test func `the verdict has its own identity and severity, whatever a module did by openlog and setlogmask`() {
            for phase in Self.phases {
                let log = Syslog()
                #expect(login("\(phase) openlog").status == 0, "\(phase)")
                let lines = log.lines(of: "pam-checkpwd").filter { $0.contains("> verdict=") }
                #expect(lines.count == 1 && lines[0].hasPrefix(#"<86> verdict="accepted" reason="ok""#), "\(phase): \(lines)")
            }
            // What other modules log afterwards comes from us, too.
            let log = Syslog()
            let service = Stage.service(
                "hostile", "auth required \(Stage.hostileModule) authenticate openlog", "account required pam_unix.so",
                "session required pam_unix.so")
            #expect(Login.run(Login.plain("alice"), ["-s", service, "/bin/true"]).status == 0)
            #expect(log.lines(of: "pam-checkpwd").contains { $0.contains("pam_unix(hostile:session): session opened") })
        }

        @Test func `a worker logs each login under its own name after a module's openlog`() {
            let log = Syslog()
            let worker = ResidentProgram(["-s", Stage.hostileService("account openlog")])
            for _ in 1...3 { #expect(worker.ask(Login.plain("alice")) == 0) }
            #expect(log.lines(of: "pam-checkpwd").filter { $0.contains(#"> verdict="accepted""#) }.count == 3)
        }

        // MARK: Streams and descriptors

        @Test(arguments: ["authenticate", "account", "setcred", "session", "close"])
        func `a module reaches neither the client's connection nor the program's input`(phase: String) {
            let outcome = login("\(phase) say read", [], ["/bin/cat"], input: "for the program\n")
            #expect(outcome.status == 0)
            #expect(outcome.output == "for the program\n")
            #expect(outcome.errors == "a module's words\n")
        }

        @Test(arguments: [[], ["-e"], ["--dovecot"], ["--hold-session"]])
        func `descriptors that a module leaves open do not reach the program, and the caller's do`(options: [String]) {
            for phase in Self.phases where !(phase == "close" && options == ["--hold-session"]) {
                let outcome = Program(
                    ["/bin/bash", "-c", #"exec 4</etc/passwd 7</etc/group 250</etc/hostname; exec "$0" "$@""#, Stage.pamCheckpwd]
                        + ["-s", Stage.hostileService("\(phase) leave-open")] + options
                        + ["--", "/bin/sh", "-c", #"for f in /proc/$$/fd/*; do [ ! -e $f ] || echo "${f##*/} $(readlink $f)"; done"#]
                ).run(descriptor3: Login.plain("alice"))
                let descriptors = outcome.output.split(separator: "\n").map { $0.split(separator: " ")[0] }
                #expect(descriptors.sorted() == ["0", "1", "2", "250", "4", "7"], "\(phase): \(outcome)")
                #expect(!outcome.output.contains("shadow"))
            }
        }

        @Test func `descriptors that a module leaves open do not reach the next module of a chain, but descriptor 3 does`() {
            let outcome = login(
                "authenticate leave-open refuse", ["--chain"],
                ["/bin/sh", "-c", #"for f in /proc/$$/fd/*; do [ ! -e $f ] || echo "${f##*/}"; done; tr '\0' ' ' <&3"#])
            #expect(outcome.output == "0\n1\n2\n3\nalice pass  ", "\(outcome)")
        }

        // MARK: Inheritance

        /// Prints all that the program inherits.
        private static let show = #"""
            printf '%s|' "$PATH" "$KEPT" "$LEFT_BY_MODULE"; umask; pwd
            ulimit -S -n; ulimit -S -c; ulimit -S -t; id -G
            cut -d ' ' -f 19 /proc/$$/stat
            # Signals 1 to 28: the C library keeps 32 and 33 to itself.
            sed -nE 's/^Sig(Blk|Ign):.*(.{7})$/\1 \2/p' /proc/self/status
            """#

        @Test(arguments: ["authenticate", "account"])
        func `the program finds nothing of what a module changed in the process`(phase: String) {
            func found(_ arguments: String, _ options: [String]) -> Program.Outcome {
                Program(
                    ["/bin/sh", "-c", #"cd /var; umask 027; exec env --ignore-signal=USR1 "$0" "$@""#, Stage.pamCheckpwd]
                        + ["-s", Stage.hostileService(arguments)] + options + ["--", "/bin/sh", "-c", Self.show]
                ).run(descriptor3: Login.plain("alice"), environment: ["KEPT": "yes"])
            }
            for options in [["-e"], ["-H"], ["--dovecot"], ["--hold-session", "-e"], ["--no-session", "-e"]] {
                let untouched = found("none", options)
                #expect(untouched.status == 0 && untouched.output.contains("|yes||0027\n/var\n"), "\(untouched)")
                let touched = found("\(phase) process", options)
                #expect(touched.output == untouched.output, "\(options)")
                #expect(touched.status == 0 && touched.errors == "", "\(options): \(touched)")
            }
        }

        @Test func `the program finds limits, umask and nice value of a session's modules, and nothing else`() {
            let outcome = Program(
                ["/bin/sh", "-c", #"cd /var; umask 027; exec "$0" "$@""#, Stage.pamCheckpwd, "-e", "-s"]
                    + [Stage.hostileService("session process"), "--", "/bin/sh", "-c", Self.show]
            ).run(descriptor3: Login.plain("alice"), environment: ["KEPT": "yes"])
            let lines = outcome.output.split(separator: "\n")
            #expect(lines.first?.hasSuffix(":/bin|yes||0000") == true, "\(outcome)")
            #expect(lines.dropFirst().prefix(4) == ["/var", "20", "0", "20"], "\(outcome)")
            #expect(lines.contains("7"))
            #expect(lines.suffix(2) == ["Blk 0000000", "Ign 0000000"], "\(outcome)")
        }

        @Test func `an alarm that a module sets does not end the program, and the caller's alarm does`() {
            let python = "import signal; print(signal.getitimer(signal.ITIMER_REAL)[0] > 90, signal.getitimer(signal.ITIMER_PROF)[0])"
            func found(_ before: String) -> String {
                Program(
                    ["python3", "-c", "import os, signal, sys; \(before); os.execv(sys.argv[1], sys.argv[1:])", Stage.pamCheckpwd]
                        + ["-s", Stage.hostileService("account process"), "-e", "--", "python3", "-c", python]
                ).run(descriptor3: Login.plain("alice")).output
            }
            #expect(found("0") == "False 0.0\n")
            #expect(found("signal.alarm(100)") == "True 0.0\n")
        }

        @Test(arguments: [
            ("CHLD", "child"), ("CHLD", "system"), ("USR1", "child"), ("USR1", "signals"), ("PIPE", "signals"),
        ])
        func `a module can wait for its children and write to a closed pipe, whatever signals the caller ignores`(
            ignored: String, action: String
        ) {
            for phase in Self.phases {
                let outcome = Program(
                    ["env", "--ignore-signal=\(ignored)", Stage.pamCheckpwd, "-s", Stage.hostileService("\(phase) \(action)")]
                        + ["--", "/bin/echo", "run"]
                ).run(descriptor3: Login.plain("alice"))
                #expect(outcome.status == 0 && outcome.output == "run\n", "\(phase): \(outcome)")
            }
        }

        @Test func `a module finds no signal blocked, and the program finds those blocked and ignored that the caller did`() {
            let outcome = Program(
                [
                    "python3", "-c",
                    """
                    import os, signal, sys
                    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGCHLD, signal.SIGTERM, signal.SIGALRM))
                    for number in (signal.SIGCHLD, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)
                    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
                    os.execv(sys.argv[1], sys.argv[1:])
                    """, Stage.pamCheckpwd, "-s", Stage.hostileService("account signals child"), "-e", "--", "sed", "-nE",
                    #"s/^Sig(Blk|Ign):.*(.{7})$/\1 \2/p"#, "/proc/self/status",
                ]
            ).run(descriptor3: Login.plain("alice"))
            // CHLD 17, TERM 15, ALRM 14; and CHLD 17, HUP 1, and XFSZ 25, which Python ignores.
            #expect(outcome.output == "Blk 0016000\nIgn 1010001\n", "\(outcome)")
        }

        @Test func `pam_exec works if the caller ignores SIGCHLD`() {
            let service = Stage.service("executes", "auth required pam_exec.so quiet /bin/true", "auth required pam_permit.so")
            let outcome = Program(["env", "--ignore-signal=CHLD", Stage.pamCheckpwd, "-s", service, "/bin/echo", "run"])
                .run(descriptor3: Login.plain("alice"))
            #expect(outcome.status == 0 && outcome.output == "run\n", "\(outcome)")
        }

        @Test(arguments: ["seteuid", "setegid"])
        func `a module that changes the process's user or group, and does not change it back, is a temporary failure`(action: String) {
            for phase in Self.phases {
                let outcome = login("\(phase) \(action)")
                #expect(outcome.status == 111 && outcome.output == "", "\(phase): \(outcome)")
                #expect(outcome.errors.hasPrefix("pam-checkpwd: module changed the process's user: pam_"), "\(phase): \(outcome)")
            }
        }

        @Test func `a module that changes the items of PAM changes nothing of the verdict`() {
            for end in ["", " refuse"] {
                let log = Syslog()
                let outcome = Program([Stage.pamCheckpwd, "-s", Stage.hostileService("authenticate items" + end), "-e", "--", "/bin/true"])
                    .run(descriptor3: Login.plain("alice"), environment: ["TCPREMOTEIP": "192.0.2.1"])
                #expect(outcome.status == (end.isEmpty ? 0 : 1))
                let verdicts = log.lines(of: "pam-checkpwd").filter { $0.contains("> verdict=") }
                #expect(verdicts.count == 1 && verdicts[0].contains(#"rhost="192.0.2.1" service="hostile" login="alice""#), "\(verdicts)")
            }
        }

        @Test func `a worker is for the next login what it was for the first, whatever a module changed`() {
            let log = Syslog()
            let worker = ResidentProgram(["-s", Stage.hostileService("account child signals process")])
            for _ in 1...3 { #expect(worker.ask(Login.plain("alice")) == 0) }
            #expect(log.lines(of: "pam-checkpwd").filter { $0.contains(#"> verdict="accepted""#) }.count == 3)
            let changed = ResidentProgram(["-s", Stage.hostileService("account seteuid")])
            #expect(changed.ask(Login.plain("alice")) == 111)
            #expect(changed.end() == 111)
        }
    }
}
