import CLibc
import Foundation
import TestSupport
import Testing

extension OnStage {
    /// What is left in the memory of pam-checkpwd when it is about to run the program, and of checkpwdctl when it ends.
    @Suite(.disabled(if: Stage.isSanitized, "the sanitizer keeps freed memory")) struct MemoryTests {
        private static let password = "s3cr3t-Pa55word"
        /// One that looks like a digest.
        private static let hexadecimal = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
        private static let setuid = "/home/memory-setuid/pam-checkpwd"
        private static let secret = "another-Cl3ar-t3xt-secret"

        init() {
            Stage.accounts
            _ = Self.account
        }

        private static let account: Void = {
            VirtualAccounts.made
            for (login, password) in [("memory", password), ("memoryhex", hexadecimal)] {
                Stage.must("useradd", "--create-home", login)
                Stage.must("chpasswd", input: "\(login):\(password)\n")
                Stage.must(Stage.checkpwdctl, "set", "--stdin", login, input: secret)
            }
            Stage.must(Stage.checkpwdctl, "set", "--stdin", "memory@example.com", input: secret)
            Stage.must("groupadd", "memorycheckers")
            Stage.must("useradd", "--groups", "memorycheckers", "memorycaller")
            Stage.must("install", "-d", "/home/memory-setuid")
            Stage.must("install", "-o", "root", "-g", "memorycheckers", "-m", "4750", Stage.pamCheckpwd, setuid)
        }()

        /// Everything that the process could read, when it calls execve for the program.
        ///
        /// strace holds it there; it may read another's memory although that is not dumpable, since it is root's.
        private func memory(
            _ bytes: [UInt8], _ arguments: [String], environment: [String: String] = [:], caller: String? = nil
        ) throws -> ProcessMemory {
            let program = caller.map { ["-u", $0, Self.setuid] } ?? [Stage.pamCheckpwd]
            return try memory(bytes, tracer("execve") + program + arguments, environment) {
                // execve's number: x86-64's, and that of the others.
                try #require(held(by: $0, "pam-checkpwd", at: ["59", "221"]))
            }
        }

        /// Everything that checkpwdctl could read, when it is about to end.
        private func memory(ofCheckpwdctl arguments: [String], input: String) throws -> ProcessMemory {
            let words = tracer("exit_group") + [Stage.checkpwdctl] + arguments
            return try memory([], words, [:], input: Array(input.utf8)) {
                try #require(held(by: $0, "checkpwdctl", at: ["231", "94"]))
            }
        }

        private func tracer(_ call: String) -> [String] {
            ["strace", "-o", "/dev/null", "-e", "inject=\(call):delay_enter=60s"]
        }

        /// The same of the parent that holds a session, while its program runs.
        private func memory(holdingSession bytes: [UInt8]) throws -> ProcessMemory {
            try memory(bytes, [Stage.pamCheckpwd, "--hold-session", "/bin/sleep", "60"], [:]) { parent in
                _ = try #require(child(of: parent) { _, program in program.hasSuffix("/sleep") })
                return parent
            }
        }

        /// - Parameter find: the process that is looked into, by the one that was started.
        private func memory(
            _ bytes: [UInt8], _ words: [String], _ environment: [String: String], input: [UInt8] = [],
            find: (pid_t) throws -> pid_t
        ) throws -> ProcessMemory {
            let folder = Folder()
            let null = open("/dev/null", O_RDWR | O_CLOEXEC)
            let input = open(folder.write("input", input), O_RDONLY | O_CLOEXEC)
            let credentials = open(folder.write("bytes", bytes), O_RDONLY | O_CLOEXEC)
            defer { [null, input, credentials].forEach { close($0) } }
            let argv = words.map { strdup($0) } + [nil]
            let envp = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { strdup("\($0)=\($1)") } + [nil]
            defer { (argv + envp).forEach { free($0) } }
            var started: pid_t = 0
            try #require(clibc_spawn(&started, argv, envp, [input, null, null, credentials]) == 0)
            // With all that it started: it is the first of a session.
            defer {
                kill(-started, SIGKILL)
                _ = clibc_wait(started)
            }
            return ProcessMemory(of: try find(started))
        }

        /// The child of strace, once it stands at a call as the program; strace's own execve, of that, does not count.
        private func held(by strace: pid_t, _ name: String, at numbers: Set<Substring>) -> pid_t? {
            child(of: strace) { child, program in
                let call = try? String(contentsOfFile: "/proc/\(child)/syscall", encoding: .utf8).split(separator: " ").first
                return program.hasSuffix(name) && call.map(numbers.contains) ?? false
            }
        }

        /// The first child, once it is as wanted.
        private func child(of parent: pid_t, _ isWanted: (pid_t, String) -> Bool) -> pid_t? {
            for _ in 0..<600 {
                usleep(50_000)
                let children = try? String(contentsOfFile: "/proc/\(parent)/task/\(parent)/children", encoding: .utf8)
                guard let child = children?.split(separator: " ").first.flatMap({ pid_t($0) }),
                    let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(child)/exe")
                else { continue }
                if isWanted(child, program) { return child }
            }
            return nil
        }

        @Test(arguments: [[], ["-e"], ["--dovecot"]])
        func `after a password login, the password is nowhere in it`(options: [String]) throws {
            let memory = try memory(Login.plain("memory", Self.password), options + ["/bin/true"])
            // The log line is there: it is the right memory.
            #expect(memory.holds("verdict=\"accepted\"".utf8))
            #expect(!memory.holds(Self.password.utf8))
        }

        @Test func `nor is it in the parent that holds the session`() throws {
            let memory = try memory(holdingSession: Login.plain("memory", Self.password))
            // The child logged; this is what it would have logged of a damaged store.
            #expect(memory.holds("login=\"memory\"".utf8))
            #expect(!memory.holds(Self.password.utf8))
        }

        @Test func `nor is it there where a local user starts it setuid`() throws {
            Stage.write("/etc/pam-checkpwd/services", "pam-checkpwd\n")
            let memory = try memory(Login.plain("memory", Self.password), ["/bin/true"], caller: "memorycaller")
            #expect(memory.holds("verdict=\"accepted\"".utf8) && memory.holds("caller=".utf8))
            #expect(!memory.holds(Self.password.utf8))
        }

        @Test func `nor is it there when the next module of a chain is run`() throws {
            let wrong = "Wr0ng-" + Self.password
            let memory = try memory(Login.plain("memory", wrong), ["--chain", "-s", InstalledService.prompt, "/bin/true"])
            #expect(memory.holds("verdict=\"rejected\"".utf8))
            #expect(!memory.holds(wrong.utf8))
        }

        @Test func `nor is it there when POSTAUTH is run`() throws {
            let memory = try memory(
                Login.plain("memory", Self.password), ["--chain", "/bin/false"], environment: ["POSTAUTH": "/bin/true"])
            #expect(memory.holds("verdict=\"accepted\"".utf8))
            #expect(!memory.holds(Self.password.utf8))
        }

        @Test func `nor is it there where the store has it`() throws {
            let memory = try memory(Login.plain("memory@example.com", Self.secret), VirtualAccounts.options + ["/bin/true"])
            #expect(memory.holds("verdict=\"accepted\"".utf8))
            #expect(!memory.holds(Self.secret.utf8))
        }

        @Test func `nor is it there where it looked like a digest`() throws {
            let bytes = Array("memoryhex\0\(Self.hexadecimal)\0\(Login.challenge())\0".utf8)
            let memory = try memory(bytes, ["--hex-passwords", "-e", "/bin/true"])
            #expect(memory.holds("verdict=\"accepted\"".utf8))
            #expect(!memory.holds(Self.hexadecimal.utf8))
            #expect(!memory.holds(Self.secret.utf8))
        }

        @Test(arguments: [Login.cramMD5, Login.sqmail, Login.apop])
        func `after an answer to a challenge, neither secret nor key nor answer is in it`(
            caller: @Sendable (String, String, String) throws -> [UInt8]
        ) throws {
            let bytes = try caller("memory", Self.secret, Login.challenge())
            let memory = try memory(bytes, Login.threeFields + ["/bin/true"])
            #expect(memory.holds("verdict=\"accepted\"".utf8))
            #expect(!memory.holds(Self.secret.utf8))
            let fields = bytes.split(separator: 0)
            let answer = try #require(fields.dropFirst().first { $0.first != UInt8(ascii: "<") })
            // Nor a beginning of it.
            #expect(!memory.holds(answer.prefix(16)))
            let line = try String(contentsOfFile: "/etc/pam-checkpwd/store.key", encoding: .utf8)
            let digits = try #require(line.split(separator: ":").last).prefix(64)
            #expect(!memory.holds(digits.utf8))
            let key = stride(from: 0, to: 64, by: 2).map { UInt8(digits.dropFirst($0).prefix(2), radix: 16)! }
            #expect(!memory.holds(key))
        }

        @Test(arguments: [["set"], ["verify"], ["set", "--saslprep"]])
        func `checkpwdctl leaves no secret`(command: [String]) throws {
            let memory = try memory(ofCheckpwdctl: ["secret"] + command + ["--stdin", "memory"], input: Self.secret)
            // The login is there: it is the right memory.
            #expect(memory.holds("memory".utf8))
            #expect(!memory.holds(Self.secret.utf8))
        }

        /// The answer is what it prints; the digest alone, and the secret, are not.
        @Test func `checkpwdctl computes an answer, and leaves neither it nor the secret`() throws {
            let challenge = "<1896.697170952@postoffice.reston.mci.net>"
            let memory = try memory(ofCheckpwdctl: ["respond", "--stdin", "tim", challenge], input: "tanstaaftanstaaf")
            #expect(memory.holds(challenge.utf8))
            #expect(!memory.holds("tanstaaftanstaaf".utf8))
            #expect(!memory.holds("b913a602c7eda7a495b4e6e7334d3890".utf8))
            #expect(!memory.holds("dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw".utf8))
        }
    }
}
