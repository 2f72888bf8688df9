import CPlatform
import Foundation
import TestSupport
import Testing

extension OnStage {
    /// What is left in the memory of pam-checkpwd when it is about to run the program.
    @Suite(.disabled(if: Stage.isSanitized, "the sanitizer keeps freed memory")) struct MemoryTests {
        private static let password = "s3cr3t-Pa55word"
        private static let secret = "another-Cl3ar-t3xt-secret"

        init() {
            Stage.accounts
            _ = Self.account
        }

        private static let account: Void = {
            Stage.must("useradd", "--create-home", "memory")
            Stage.must("chpasswd", input: "memory:\(password)\n")
            Stage.must(Stage.checkpwdctl, "set", "--stdin", "memory", input: secret)
        }()

        /// Everything that the process could read, when it calls execve for the program.
        ///
        /// strace holds it there; it may read another's memory although that is not dumpable, since it is root's.
        private func memory(_ bytes: [UInt8], _ arguments: [String]) throws -> ProcessMemory {
            let folder = Folder()
            let input = folder.write("bytes", bytes)
            let null = open("/dev/null", O_RDWR | O_CLOEXEC)
            let credentials = open(input, O_RDONLY | O_CLOEXEC)
            defer {
                close(null)
                close(credentials)
            }
            // strace's own execve, of pam-checkpwd, does not count.
            let words =
                ["strace", "-o", "/dev/null", "-e", "inject=execve:delay_enter=60s", Stage.pamCheckpwd] + arguments
            let argv = words.map { strdup($0) } + [nil]
            defer { argv.forEach { free($0) } }
            var strace: pid_t = 0
            try #require(cplatform_spawn(&strace, argv, cplatform_environment(), [null, null, null, credentials]) == 0)
            defer {
                kill(strace, SIGKILL)
                _ = cplatform_wait(strace)
            }
            let process = try #require(held(by: strace), "it never came to execve")
            defer { kill(process, SIGKILL) }
            return ProcessMemory(of: process)
        }

        /// The child of strace, once it stands at execve as pam-checkpwd.
        private func held(by strace: pid_t) -> pid_t? {
            for _ in 0..<600 {
                usleep(50_000)
                let children = try? String(contentsOfFile: "/proc/\(strace)/task/\(strace)/children", encoding: .utf8)
                guard let child = children?.split(separator: " ").first.flatMap({ pid_t($0) }) else { continue }
                let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(child)/exe")
                let call = try? String(contentsOfFile: "/proc/\(child)/syscall", encoding: .utf8).split(separator: " ").first
                // execve's number: x86-64's, and that of the others.
                if program?.hasSuffix("pam-checkpwd") == true, call == "59" || call == "221" { return child }
            }
            return nil
        }

        @Test(arguments: [[], ["-e"]])
        func `after a password login, the password is nowhere in it`(options: [String]) throws {
            let memory = try memory(Login.plain("memory", Self.password), options + ["/bin/true"])
            // The log line is there: it is the right memory.
            #expect(memory.holds("verdict=\"accepted\"".utf8))
            #expect(!memory.holds(Self.password.utf8))
        }

        @Test func `after a CRAM-MD5 login, neither secret nor key nor answer is in it`() throws {
            let bytes = try Login.cramMD5("memory", Self.secret)
            let memory = try memory(bytes, ["/bin/true"])
            #expect(memory.holds("verdict=\"accepted\"".utf8))
            #expect(!memory.holds(Self.secret.utf8))
            let answer = bytes.split(separator: 0)[2]
            #expect(!memory.holds(answer))
            let line = try String(contentsOfFile: "/etc/pam-checkpwd/store.key", encoding: .utf8)
            let digits = try #require(line.split(separator: ":").last).prefix(64)
            #expect(!memory.holds(digits.utf8))
            let key = stride(from: 0, to: 64, by: 2).map { UInt8(digits.dropFirst($0).prefix(2), radix: 16)! }
            #expect(!memory.holds(key))
        }
    }
}
