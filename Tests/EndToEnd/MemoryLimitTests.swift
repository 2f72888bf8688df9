import TestSupport
import Testing

extension OnStage {
    /// A right password under the limits that mail servers, softlimit and systemd set.
    @Suite(.disabled(if: Stage.isSanitized, "the sanitizer takes more address space than any limit here")) struct MemoryLimitTests {
        init() {
            Stage.accounts
            Stage.service("limited", lines: ["auth", "account", "session"].map { "\($0) required pam_unix.so" })
        }

        private func login(_ limit: String, _ program: [String] = ["/bin/true"]) -> Program.Outcome {
            Program(["prlimit", "--\(limit)", Stage.pamCheckpwd, "-s", "limited", "-e", "--"] + program)
                .run(descriptor3: Login.plain("alice"))
        }

        @Test func `the account's password is hashed by yescrypt, which needs 16 MiB`() {
            #expect(Program(["getent", "shadow", "alice"]).run().output.hasPrefix("alice:$y$j9T$"))
        }

        @Test(arguments: [("as", [8, 10, 12, 14, 16, 18, 20]), ("data", [1, 4, 6, 8, 10, 12, 14, 16])])
        func `a right password is right under a soft limit on memory, and never wrong under a hard one`(limit: String, sizes: [Int]) {
            for size in sizes {
                let bytes = size << 20
                let soft = login("\(limit)=\(bytes):", ["/bin/sh", "-c", "ulimit -S -v; ulimit -S -d"])
                #expect(soft.status == 0, "\(limit) \(size): \(soft)")
                // The program has the limit as it was.
                #expect(soft.output.split(separator: "\n").contains(Substring(String(bytes / 1024))), "\(limit) \(size): \(soft)")
                let log = Syslog()
                let hard = login("\(limit)=\(bytes)")
                #expect(hard.status == 111, "\(limit) \(size): \(hard)")
                #expect(
                    hard.errors
                        == "pam-checkpwd: memory limit too tight: RLIMIT_\(limit.uppercased()); a password needs 24 MiB: raise the hard "
                        + "limit (ulimit -H, LimitAS=, vsz_limit)\n")
                #expect(log.lines(of: "pam-checkpwd").contains { $0.contains(#"reason="memory-limit-too-tight""#) })
            }
        }

        @Test(arguments: ["as=\(32 << 20)", "data=\(32 << 20)", "as=\(64 << 20)", "data=\(64 << 20)"])
        func `a hard limit that leaves 24 MiB is enough`(limit: String) {
            let outcome = login(limit)
            #expect(outcome.status == 0, "\(outcome)")
        }

        /// With less, the loader itself fails, and the program does not begin.
        @Test(arguments: [
            "nofile=5:", "nofile=8:", "nofile=6", "nofile=8", "nofile=10", "nofile=12", "nofile=16", "fsize=0:", "fsize=0", "stack=65536:", "stack=65536", "nproc=1:",
            "nproc=1",
        ])
        func `a right password is never wrong under another limit`(limit: String) {
            let outcome = login(limit)
            #expect(outcome.status == 0 || outcome.status == 111, "\(outcome)")
            if limit.hasSuffix(":") { #expect(outcome.status == 0, "\(outcome)") }
        }

        @Test func `without root, a soft limit on processes does not make a right password wrong`() {
            let outcome = Program([
                "prlimit", "--nproc=1:", "setpriv", "--reuid=alice", "--regid=alice", "--clear-groups", Stage.pamCheckpwd, "-s",
                "limited", "-e", "--", "/bin/echo", "run",
            ]).run(descriptor3: Login.plain("alice"))
            #expect(outcome.status == 0 && outcome.output == "run\n", "\(outcome)")
        }

        @Test func `a worker judges a right password under a soft limit`() {
            let worker = ResidentProgram(["-s", "limited"], before: ["prlimit", "--as=\(16 << 20):"])
            for _ in 1...2 { #expect(worker.ask(Login.plain("alice")) == 0) }
            #expect(worker.ask(Login.plain("alice", "wrong")) == 1)
        }

        @Test func `a challenge-response login needs no memory for a hash`() throws {
            let outcome = Program(
                ["prlimit", "--as=\(24 << 20)", Stage.pamCheckpwd] + Login.everyMechanism
                    + ["-s", "limited", "-e", "--", "/bin/true"]
            ).run(descriptor3: try Login.cramMD5("alice"))
            #expect(!outcome.errors.contains("memory limit too tight"), "\(outcome)")
        }

        @Test func `limits that pam_limits sets are the program's, below and above those of the caller`() {
            Stage.write("/etc/limits", "alice soft as unlimited\nalice soft data 50000\n")
            Stage.service("limits-of-session", "session required pam_limits.so conf=/etc/limits")
            let outcome = Program([
                "prlimit", "--as=\(16 << 20):", "--data=\(16 << 20):", Stage.pamCheckpwd, "-s", "limits-of-session", "-e", "--",
                "/bin/sh", "-c", "ulimit -S -v; ulimit -S -d",
            ]).run(descriptor3: Login.plain("alice"))
            #expect(outcome.output == "unlimited\n50000\n", "\(outcome)")
        }
    }
}
