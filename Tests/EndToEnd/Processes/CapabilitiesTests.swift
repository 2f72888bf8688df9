import CLibc
import Foundation
import TestSupport
import Testing

extension OnStage {
    /// The capabilities that `docs/submission/systemd/smtp-auth.service` leaves to smtp-auth and pam-checkpwd: with all of them
    /// everybody logs in, and each that is taken away is missed.
    @Suite(.serialized) struct CapabilitiesTests {
        private let folder = Folder()
        private let unit: Set<String>

        init() throws {
            Stage.accounts
            let text = try String(contentsOfFile: Stage.repository("docs/submission/systemd/smtp-auth.service"), encoding: .utf8)
            let line = try #require(text.split(separator: "\n").last { $0.hasPrefix("CapabilityBoundingSet=") })
            unit = Set(line.dropFirst("CapabilityBoundingSet=".count).split(separator: " ").map(String.init))
        }

        /// The part of the unit's sandbox that needs no systemd.
        private func sandbox(without capability: String? = nil) -> [String] {
            let names = unit.filter { $0 != capability }.sorted().map { "+" + $0.dropFirst("CAP_".count).lowercased() }
            return ["setpriv", "--bounding-set", (["-all"] + names).joined(separator: ","), "--no-new-privs"]
        }

        private var smtpAuth: [String] {
            [Stage.smtpAuth, "--hostname", "mail.example.com", "--allow-plaintext", "--user", "daemon"]
                + ["--auth-command", "\(Stage.pamCheckpwd) -s \(InstalledService.prompt) -e -- /bin/true"]
        }

        /// With a mode of /etc/shadow, which is as before then.
        private func withShadow<Result>(_ mode: mode_t, _ body: () throws -> Result) rethrows -> Result {
            var status = stat()
            precondition(stat("/etc/shadow", &status) == 0 && chmod("/etc/shadow", mode) == 0)
            defer { chmod("/etc/shadow", status.st_mode & 0o7777) }
            return try body()
        }

        /// The answer of smtp-auth, run like that, to a right password.
        private func answer(_ sandbox: [String]) -> String? {
            let server = LoopbackServer { port in sandbox + smtpAuth + ["--listen", "127.0.0.1:\(port)"] }
            let client = Client(port: server.port)
            #expect(client.receive()?.hasPrefix("220 ") == true)
            return client.ask("AUTH PLAIN \(Data("\0alice\0pass".utf8).base64EncodedString())")
        }

        /// Debian's, that of a hardened host, and that of Red Hat, Fedora and NixOS.
        @Test(arguments: [mode_t(0o640), 0o600, 0o000])
        func `with the unit's capabilities a right password is accepted, whatever the mode of the shadow file`(mode: mode_t) {
            #expect(withShadow(mode) { answer(sandbox()) } == "235 2.7.0 ok, go ahead")
        }

        @Test func `the unit keeps no capability that is not tried here`() {
            #expect(unit == ["CAP_SETUID", "CAP_SETGID", "CAP_DAC_READ_SEARCH", "CAP_KILL", "CAP_AUDIT_WRITE"])
        }

        @Test func `without CAP_DAC_READ_SEARCH a shadow file of mode 0000 is not read, and logins are temporary failures`() {
            let reply = withShadow(0) { answer(sandbox(without: "CAP_DAC_READ_SEARCH")) }
            #expect(reply?.hasPrefix("454 4.7.0 ") == true, "\(reply ?? "")")
        }

        @Test(arguments: ["CAP_SETUID", "CAP_SETGID"])
        func `without the capability to change ids smtp-auth does not start`(capability: String) {
            let outcome = Program(sandbox(without: capability) + smtpAuth + ["--listen", "127.0.0.1:0"]).run()
            #expect(outcome.status == 111)
            #expect(outcome.errors.contains("cannot become the user: Operation not permitted"))
        }

        /// Asked twice, it kills the network process, here a stopped one.
        @Test(arguments: [nil, "CAP_KILL"])
        func `CAP_KILL is what ends the network process`(without capability: String?) throws {
            let trace = folder("trace")
            let errors = folder("errors")
            let null = open("/dev/null", O_RDWR | O_CLOEXEC)
            let log = open(errors, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            defer {
                close(null)
                close(log)
            }
            let words = ["strace", "-D", "-o", trace, "-e", "trace=kill"] + sandbox(without: capability) + smtpAuth
                + ["--listen", "127.0.0.1:0"]
            let argv = words.map { strdup($0) } + [nil]
            defer { argv.forEach { free($0) } }
            var pid: pid_t = 0
            precondition(clibc_spawn(&pid, argv, clibc_environment(), [null, null, log, null]) == 0)
            func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
            func wait(_ path: String, for words: String) -> Bool {
                for _ in 0..<6000 where !text(path).contains(words) { usleep(10_000) }
                return text(path).contains(words)
            }
            #expect(wait(errors, for: "listening on"), "\(text(errors))")
            let network = try #require(pid_t(text("/proc/\(pid)/task/\(pid)/children").split(separator: " ").first ?? ""))
            kill(network, SIGSTOP)
            let call = "kill(\(network), SIGKILL)"
            for _ in 0..<6000 where !text(trace).contains(call) {
                kill(pid, SIGTERM)
                usleep(10_000)
            }
            let line = text(trace).split(separator: "\n").first { $0.contains(call) }
            #expect(line?.contains(capability == nil ? "= 0" : "EPERM") == true, "\(line ?? "")")
            kill(network, SIGKILL)
            kill(pid, SIGKILL)
            _ = clibc_wait(pid)
        }

        private static let hasAudit: Bool = {
            let descriptor = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue), 9 /* NETLINK_AUDIT */)
            if descriptor >= 0 { close(descriptor) }
            return descriptor >= 0
        }()

        @Test(.enabled(if: hasAudit, "the kernel has no audit log"), arguments: [nil, "CAP_AUDIT_WRITE"])
        func `CAP_AUDIT_WRITE is what lets PAM report logins to the audit log`(without capability: String?) throws {
            let trace = folder("trace")
            let outcome = Program(
                ["strace", "-o", trace, "-e", "trace=recvfrom"] + sandbox(without: capability)
                    + [Stage.pamCheckpwd, "-s", InstalledService.prompt, "-e", "--", "/bin/true"]
            ).run(descriptor3: Login.plain("alice"))
            #expect(outcome.status == 0, "\(outcome.errors)")
            let answers = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n").filter { $0.contains("NLMSG_ERROR") }
            #expect(!answers.isEmpty)
            #expect(answers.allSatisfy { $0.contains(capability == nil ? "error=0" : "error=-EPERM") }, "\(answers)")
        }
    }
}
