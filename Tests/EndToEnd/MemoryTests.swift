import CPlatform
import Foundation
import TestSupport
import Testing

extension OnStage {
    /// What is left in the memory of pam-checkpwd when it is about to run the program, and of checkpwdctl when it ends.
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
        private func memory(_ bytes: [UInt8], _ arguments: [String]) throws -> [UInt8] {
            // execve's number: x86-64's, and that of the others.
            try memory([Stage.pamCheckpwd] + arguments, descriptor3: bytes, at: "execve", ["59", "221"])
        }

        /// Everything that checkpwdctl could read, when it is about to end.
        private func memory(_ arguments: [String], input: String) throws -> [UInt8] {
            try memory([Stage.checkpwdctl] + arguments, input: Array(input.utf8), at: "exit_group", ["231", "94"])
        }

        private func memory(
            _ command: [String], input: [UInt8] = [], descriptor3: [UInt8] = [], at call: String, _ numbers: Set<Substring>
        ) throws -> [UInt8] {
            let folder = Folder()
            let null = open("/dev/null", O_RDWR | O_CLOEXEC)
            let input = open(folder.write("input", input), O_RDONLY | O_CLOEXEC)
            let credentials = open(folder.write("bytes", descriptor3), O_RDONLY | O_CLOEXEC)
            defer { [null, input, credentials].forEach { close($0) } }
            // strace's own execve, of pam-checkpwd, does not count.
            let words = ["strace", "-o", "/dev/null", "-e", "inject=\(call):delay_enter=60s"] + command
            let argv = words.map { strdup($0) } + [nil]
            defer { argv.forEach { free($0) } }
            var strace: pid_t = 0
            try #require(cplatform_spawn(&strace, argv, cplatform_environment(), [input, null, null, credentials]) == 0)
            defer {
                kill(strace, SIGKILL)
                _ = cplatform_wait(strace)
            }
            let process = try #require(held(by: strace, command[0], numbers), "it never came to \(call)")
            defer { kill(process, SIGKILL) }
            return contents(of: process)
        }

        /// The child of strace, once it stands at a call as the program.
        private func held(by strace: pid_t, _ path: String, _ numbers: Set<Substring>) -> pid_t? {
            for _ in 0..<600 {
                usleep(50_000)
                let children = try? String(contentsOfFile: "/proc/\(strace)/task/\(strace)/children", encoding: .utf8)
                guard let child = children?.split(separator: " ").first.flatMap({ pid_t($0) }) else { continue }
                let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(child)/exe")
                let call = try? String(contentsOfFile: "/proc/\(child)/syscall", encoding: .utf8).split(separator: " ").first
                if let call, program?.split(separator: "/").last == path.split(separator: "/").last, numbers.contains(call) { return child }
            }
            return nil
        }

        private func contents(of process: pid_t) -> [UInt8] {
            let maps = (try? String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8)) ?? ""
            let file = open("/proc/\(process)/mem", O_RDONLY | O_CLOEXEC)
            defer { close(file) }
            var all: [UInt8] = []
            for line in maps.split(separator: "\n") where line.split(separator: " ")[1].hasPrefix("r") {
                let ends = line.split(separator: " ")[0].split(separator: "-").map { UInt64($0, radix: 16)! }
                var part = [UInt8](repeating: 0, count: Int(ends[1] - ends[0]))
                let count = pread(file, &part, part.count, off_t(ends[0]))
                all += part.prefix(max(count, 0))
            }
            return all
        }

        private func holds(_ memory: [UInt8], _ text: some Collection<UInt8>) -> Bool {
            Data(memory).range(of: Data(text)) != nil
        }

        @Test(arguments: [[], ["-e"]])
        func `after a password login, the password is nowhere in it`(options: [String]) throws {
            let memory = try memory(Login.plain("memory", Self.password), options + ["/bin/true"])
            // The log line is there: it is the right memory.
            #expect(holds(memory, "verdict=\"accepted\"".utf8))
            #expect(!holds(memory, Self.password.utf8))
        }

        @Test func `after a CRAM-MD5 login, neither secret nor key nor answer is in it`() throws {
            let bytes = try Login.cramMD5("memory", Self.secret)
            let memory = try memory(bytes, ["/bin/true"])
            #expect(holds(memory, "verdict=\"accepted\"".utf8))
            #expect(!holds(memory, Self.secret.utf8))
            let answer = bytes.split(separator: 0)[2]
            #expect(!holds(memory, answer))
            let line = try String(contentsOfFile: "/etc/pam-checkpwd/store.key", encoding: .utf8)
            let digits = try #require(line.split(separator: ":").last).prefix(64)
            #expect(!holds(memory, digits.utf8))
            let key = stride(from: 0, to: 64, by: 2).map { UInt8(digits.dropFirst($0).prefix(2), radix: 16)! }
            #expect(!holds(memory, key))
        }

        @Test(arguments: [["set"], ["verify"], ["set", "--saslprep"]])
        func `checkpwdctl leaves no secret`(command: [String]) throws {
            let memory = try memory(["secret"] + command + ["--stdin", "memory"], input: Self.secret)
            // The login is there: it is the right memory.
            #expect(holds(memory, "memory".utf8))
            #expect(!holds(memory, Self.secret.utf8))
        }

        /// The answer is what it prints; the digest alone, and the secret, are not.
        @Test func `checkpwdctl computes an answer, and leaves neither it nor the secret`() throws {
            let challenge = "<1896.697170952@postoffice.reston.mci.net>"
            let memory = try memory(["respond", "--stdin", "tim", challenge], input: "tanstaaftanstaaf")
            #expect(holds(memory, challenge.utf8))
            #expect(!holds(memory, "tanstaaftanstaaf".utf8))
            #expect(!holds(memory, "b913a602c7eda7a495b4e6e7334d3890".utf8))
            #expect(!holds(memory, "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw".utf8))
        }
    }
}
