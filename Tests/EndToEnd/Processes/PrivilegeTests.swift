import Foundation
import TestSupport
import Testing

extension OnStage {
    /// The two processes of smtp-auth, and what each may.
    @Suite struct PrivilegeTests {
        private let folder = Folder()

        @Test func `who speaks with the network is nobody: no root, no group, no capability, and no way to any`() {
            let front = Front(authCommand: "/bin/true")
            let network = ProcessStatus.of(front.network)
            #expect(network["Uid"] == "65534 65534 65534 65534")
            #expect(network["Gid"] == "65534 65534 65534 65534")
            #expect(network["Groups"] == "")
            for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] { #expect(network[set] == "0000000000000000") }
            #expect(network["NoNewPrivs"] == "1")
            #expect(ProcessStatus.of(front.pid)["Uid"] == "0 0 0 0")
            #expect(ProcessStatus.of(front.pid)["Threads"] == "1")
        }

        @Test func `it has nothing of the environment that is for the auth command`() throws {
            let script = folder.write("auth", #"echo "$PGPASSWORD" >"$(dirname "$0")/seen""#.utf8)
            let front = Front(authCommand: "/bin/sh \(script)", environment: ["PGPASSWORD": "of-the-database", "TZ": "UTC"])
            func environment(_ pid: pid_t) throws -> [String] {
                let bytes = try #require(FileManager.default.contents(atPath: "/proc/\(pid)/environ"))
                return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            }
            #expect(try environment(front.pid).contains("PGPASSWORD=of-the-database"))
            let network = try environment(front.network)
            #expect(network.contains("TZ=UTC"))
            #expect(!network.contains { $0.contains("of-the-database") || $0.hasPrefix("PATH=") })
            #expect(front.greeted().ask("AUTH PLAIN AGFsaWNlAHBhc3M=")?.hasPrefix("235 ") == true)
            #expect(try String(contentsOfFile: folder("seen"), encoding: .utf8) == "of-the-database\n")
        }

        @Test func `--user says who it is, and --chroot where`() throws {
            chmod(folder.path, 0o755)
            let front = Front(authCommand: "/bin/true", ["--user", "daemon", "--chroot", folder.path])
            #expect(ProcessStatus.of(front.network)["Uid"] == "1 1 1 1")
            let root = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(front.network)/root")
            #expect(root == folder.path)
            #expect(front.greeted().ask("AUTH PLAIN AGFsaWNlAHBhc3M=") == "235 2.7.0 ok, go ahead")
        }

        @Test func `it has no file of the key open, and could not open it`() throws {
            let certificate = TestCertificate(in: folder, name: "mail.example.com")
            let front = Front(authCommand: "/bin/true", certificate.options)
            for pid in [front.pid, front.network] {
                let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")
                let files = descriptors.compactMap {
                    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\($0)")
                }
                #expect(!files.isEmpty)
                #expect(!files.contains { $0.hasPrefix(folder.path) && $0.hasSuffix(".pem") })
            }
            let outcome = Program([
                "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "cat", certificate.key,
            ]).run()
            #expect(outcome.status != 0)
            #expect(certificate.subject(front.port) == "mail.example.com")
        }

        @Test func `one session on standard input is root's no more than any`() {
            let script = folder.write("auth", "grep -H Uid: $(printf '/proc/%s/status ' $(cat /proc/$PPID/task/*/children)) >\(folder("seen"))\n".utf8)
            let outcome = Program([
                "/bin/sh", "-c", #"printf 'AUTH PLAIN AGFsaWNlAHBhc3M=\r\nQUIT\r\n' | "$0" "$@" | cat"#, Stage.smtpAuth,
                "--hostname", "mail.example.com", "--allow-plaintext", "--auth-command", "/bin/sh \(script)",
            ]).run()
            #expect(outcome.output.contains("235 2.7.0 "), "\(outcome)")
            let seen = (try? String(contentsOfFile: folder("seen"), encoding: .utf8)) ?? ""
            #expect(seen.contains("\t65534\t65534\t65534\t65534"))
        }

        @Test func `where standard error is the client, too, nothing else is written to it`() {
            let script = folder.write(
                "auth", "for number in 0 1 2 3; do echo secrets of the backend >&$number; done; exit 1\n".utf8)
            let outcome = Program([
                "/bin/sh", "-c", #"printf 'AUTH PLAIN AGFsaWNlAHBhc3M=\r\nQUIT\r\n' | "$0" "$@" 2>&1 | cat"#, Stage.smtpAuth,
                "--hostname", "mail.example.com", "--allow-plaintext", "--auth-command", "/bin/sh \(script)",
            ]).run()
            #expect(
                outcome.output.replacingOccurrences(of: "\r\n", with: "\n") == """
                    220 mail.example.com ESMTP
                    535 5.7.8 authentication failed
                    221 2.0.0 mail.example.com closing connection

                    """)
        }
    }
}
