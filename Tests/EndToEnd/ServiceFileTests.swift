import Foundation
import TestSupport
import Testing

extension OnStage {
    /// Each of the service files in pam.d/, as it is installed, with the real modules.
    @Suite struct ServiceFileTests {
        private static let files = ["pam-checkpwd", "pam-checkpwd.redhat", "pam-checkpwd.suse"]

        init() { Stage.accounts }

        private static func text(_ file: String) throws -> String {
            try String(contentsOfFile: Stage.repository("pam.d/\(file)"), encoding: .utf8)
        }

        /// Without the pause after a wrong password: ServiceFileCommentTests try the files with it.
        private func install(_ file: String) { InstalledService.write(file, file: file) }

        private func run(_ bytes: [UInt8], _ service: String) -> Program.Outcome {
            Login.run(bytes, ["-s", service, "/bin/echo", "run"])
        }

        @Test(arguments: files)
        func `the right password of an ordinary account is accepted, and so is its answer to a challenge`(
            file: String
        ) throws {
            install(file)
            for bytes in [Login.plain("alice"), try Login.cramMD5("alice")] {
                let outcome = run(bytes, file)
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(outcome.output == "run\n")
            }
        }

        @Test(arguments: files)
        func `what is not acceptable exits 1, by password`(file: String) {
            install(file)
            for bytes in [
                Login.plain("alice", "wrong"), Login.plain("nosuchuser"), Login.plain("root"), Login.plain("daemon-like"),
                Login.plain("expired"), Login.plain("mustchange"),
            ] {
                let outcome = run(bytes, file)
                #expect(outcome.status == 1, "\(bytes.text)")
                #expect(outcome.output == "" && outcome.errors == "")
            }
        }

        @Test(arguments: files)
        func `what is not acceptable exits 1, by an answer that is right`(file: String) throws {
            install(file)
            for login in ["root", "daemon-like", "expired", "mustchange"] {
                let outcome = run(try Login.cramMD5(login), file)
                #expect(outcome.status == 1, "\(login)")
                #expect(outcome.output == "" && outcome.errors == "")
            }
        }

        @Test(arguments: files)
        func `where /etc/shadow cannot be read nobody is told that the password is wrong`(file: String) throws {
            install(file)
            Stage.must("mv", "/etc/shadow", "/etc/shadow.away")
            defer { Stage.must("mv", "/etc/shadow.away", "/etc/shadow") }
            for bytes in [Login.plain("alice"), Login.plain("alice", "wrong"), try Login.cramMD5("alice")] {
                let outcome = run(bytes, file)
                #expect(outcome.status == 111)
                #expect(outcome.output == "")
                #expect(outcome.errors.contains("PAM_AUTHINFO_UNAVAIL"))
            }
        }

        /// For a kind that is missing, PAM takes the service 'other'; what a file includes is out of its hands.
        @Test(arguments: files)
        func `all four kinds are spelt out, and each line is explained`(file: String) throws {
            let paragraphs = try Self.text(file).components(separatedBy: "\n\n")
            let lines = paragraphs.flatMap { $0.split(separator: "\n") }.filter { !$0.hasPrefix("#") }
            #expect(Set(lines.map { $0.prefix { $0 != " " } }) == ["auth", "account", "session", "password"])
            #expect(!lines.contains { $0.contains("include") || $0.contains("substack") })
            for paragraph in paragraphs { #expect(paragraph.hasPrefix("#"), "\(paragraph)") }
        }
    }
}

extension OnStage {
    /// The lines that the comments of the service files give, just as they stand there, with the real modules.
    @Suite(.enabled(if: Directory.modules != nil, "needs modules: run Tests/Stage/modules first"))
    struct ServiceFileCommentTests {
        private static let files = ["pam-checkpwd", "pam-checkpwd.redhat", "pam-checkpwd.suse"]

        enum Example: Int, CaseIterable { case directoryFirst, localFirst, faillock }

        init() {
            Stage.accounts
            Stage.tenant
            Directory.isSet
        }

        /// Installs a service file with an example's lines in place of those of pam_unix.
        private func install(_ file: String, _ example: Example, sss: String = "", account: String = "") throws -> String {
            let text = try String(contentsOfFile: Stage.repository("pam.d/\(file)"), encoding: .utf8)
            var blocks: [[String]] = [[]]
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                if line.hasPrefix("#   ") { blocks[blocks.count - 1].append(String(line.dropFirst(4))) } else if blocks.last != [] { blocks.append([]) }
            }
            try #require(blocks.count { !$0.isEmpty } == Example.allCases.count)
            let lines = text.split(separator: "\n").flatMap { line -> [String] in
                guard !line.hasPrefix("#"), line.contains("pam_unix.so") else { return [String(line)] }
                return blocks[example.rawValue].filter { $0.hasPrefix(line.prefix { $0 != " " }) }.map {
                    $0.replacing("pam_sss.so", with: $0.hasPrefix("auth") ? sss : account)
                        .replacing("pam_unix.so", with: "pam_unix.so nodelay").replacing(#/pam_faillock.so \w+/#) { $0.output + " nodelay" }
                }
            }
            Stage.write("/etc/pam.d/example", lines.joined(separator: "\n") + "\n")
            return "example"
        }

        private func status(_ login: String, _ password: String, _ service: String) -> Int32 {
            Login.run(Login.plain(login, password), ["-s", service, "--no-chdir-home", "/bin/true"]).status
        }

        @Test(arguments: files)
        func `the directory before pam_unix: both kinds of account get in, and nothing is wrong that is only down`(file: String) throws {
            let example = Example.directoryFirst
            for login in Directory.accounts {
                let service = try install(file, example, sss: Directory.password, account: "pam_debug.so acct=success")
                #expect(status(login, "pass", service) == 0, "\(login)")
                #expect(status(login, "wrong", service) == 1, "\(login)")
                _ = try install(file, example, sss: Directory.password, account: "pam_debug.so acct=acct_expired")
                #expect(status(login, "pass", service) == 1, "\(login)")
            }
            let service = try install(file, example, sss: Directory.password, account: "pam_debug.so acct=user_unknown")
            for (login, expected) in [("alice", Int32(0)), ("expired", 1), ("root", 1), ("daemon-like", 1), ("nosuchuser", 1)] {
                #expect(status(login, "pass", service) == expected, "\(login)")
            }
            #expect(status("alice", "wrong", service) == 1)
            _ = try install(file, example, sss: Directory.down, account: Directory.down)
            for login in ["alice"] + Directory.accounts {
                #expect(status(login, "pass", service) == 111, "\(login)")
                #expect(status(login, "wrong", service) == 111, "\(login)")
            }
            // With the directory its name service is gone.
            let restore = Stage.replace("/var/lib/extrausers/passwd", with: "")
            defer { restore() }
            #expect(status("dir-remote", "pass", service) == 111)
        }

        @Test(arguments: files)
        func `pam_localuser before the directory: local accounts get in though the directory is down`(file: String) throws {
            let example = Example.localFirst
            let service = try install(file, example, sss: Directory.password, account: "pam_debug.so acct=success")
            for login in ["alice", "dir-remote", "dir-missing"] {
                #expect(status(login, "pass", service) == 0, "\(login)")
                #expect(status(login, "wrong", service) == 1, "\(login)")
            }
            #expect(status("nosuchuser", "pass", service) == 1)
            #expect(status("root", "pass", service) == 1)
            #expect(status("expired", "pass", service) == 1)
            _ = try install(file, example, sss: Directory.down, account: Directory.down)
            #expect(status("alice", "pass", service) == 0)
            #expect(status("alice", "wrong", service) == 1)
            for login in ["dir-remote", "dir-missing"] { #expect(status(login, "pass", service) == 111, "\(login)") }
        }

        @Test(arguments: files)
        func `pam_faillock counts what is wrong and not what is down, and a login ends the count`(file: String) throws {
            let service = try install(file, .faillock)
            let reset = { Stage.must("faillock", "--user", "tenant", "--reset") }
            defer { reset() }
            func counted() -> Int { Program(["faillock", "--user", "tenant"]).run().output.split(separator: "\n").dropFirst(2).count }
            reset()
            #expect(status("tenant", "pass", service) == 0 && counted() == 0)
            #expect(status("tenant", "wrong", service) == 1 && counted() == 1)
            Stage.must("mv", "/etc/shadow", "/etc/shadow.away")
            let down = status("tenant", "pass", service)
            Stage.must("mv", "/etc/shadow.away", "/etc/shadow")
            #expect(down == 111 && counted() == 1)
            #expect(status("tenant", "pass", service) == 0 && counted() == 0)
            // Three is the module's default.
            for count in 1...3 { #expect(status("tenant", "wrong", service) == 1 && counted() == count) }
            #expect(status("tenant", "pass", service) == 1)
            #expect(status("nosuchuser", "pass", service) == 1)
            reset()
            #expect(status("tenant", "pass", service) == 0)
        }

        /// pam_unix computes no hash for an unknown login: only the pause makes both last as long.
        @Test(arguments: files)
        func `a wrong password and an unknown login are followed by one pause each`(file: String) {
            Stage.must("cp", Stage.repository("pam.d/\(file)"), "/etc/pam.d/\(file)")
            for bytes in [Login.plain("alice", "wrong"), Login.plain("nosuchuser"), Login.plain("root")] {
                let outcome = Program(["strace", "-f", "-e", "trace=select,pselect6,nanosleep,clock_nanosleep", "-o", "/dev/stderr", Stage.pamCheckpwd, "-s", file, "/bin/true"])
                    .run(descriptor3: bytes)
                #expect(outcome.errors.matches(of: /(select6?|sleep)\(/).count == 1, "\(outcome.errors)")
            }
        }
    }
}
