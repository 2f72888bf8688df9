import CLibc
import Foundation
import TestSupport

/// smtp-auth for submission, with TLS, on free loopback ports; until it is let go of.
final class Submission: Sendable {
    /// What stands behind.
    enum Behind: String, CaseIterable {
        case sendmail, postfixSocket, postfixPort, exim
    }

    private let folder = Folder()
    private let processes: [MailClient.TLS: (port: Int, pid: pid_t)]

    /// One process for each beginning of TLS.
    init(before behind: [String], _ certificate: Certificate) {
        let folder = folder
        var processes: [MailClient.TLS: (port: Int, pid: pid_t)] = [:]
        for tls in MailClient.TLS.allCases {
            processes[tls] = Submission.start(
                Submission.arguments(tls, certificate) + behind, errors: folder(tls.rawValue))
        }
        self.processes = processes
    }

    deinit {
        for process in processes.values {
            kill(process.pid, SIGTERM)
            _ = clibc_wait(process.pid)
        }
    }

    func port(_ tls: MailClient.TLS) -> Int { processes[tls]!.port }

    /// What it logged.
    var log: String {
        processes.keys.map { (try? String(contentsOfFile: folder($0.rawValue), encoding: .utf8)) ?? "" }.joined()
    }

    private static func arguments(_ tls: MailClient.TLS, _ certificate: Certificate) -> [String] {
        [
            Stage.smtpAuth, "--listen", "127.0.0.1:0", "--hostname", "mail.example.com",
            "--auth-command", "\(Stage.pamCheckpwd) -s \(InstalledService.prompt) -m plain,cram-md5 -e -- /bin/true",
            "--tls-cert", certificate.certificate, "--tls-key", certificate.key,
        ] + (tls == .wrapped ? ["--tls-wrap"] : [])
    }

    /// Starts it, and waits for the port that it was given.
    private static func start(_ words: [String], errors: String) -> (port: Int, pid: pid_t) {
        let log = open(errors, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer {
            close(log)
            close(null)
        }
        let argv = words.map { strdup($0) } + [nil]
        defer { argv.forEach { free($0) } }
        var pid: pid_t = 0
        let failed = clibc_spawn(&pid, argv, clibc_environment(), [null, null, log, null])
        precondition(failed == 0, "cannot start smtp-auth")
        for _ in 0..<3000 {
            let text = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
            if let port = text.firstMatch(of: /listening on 127\.0\.0\.1:([0-9]+)\n/)?.1 { return (Int(port)!, pid) }
            usleep(10_000)
        }
        let text = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
        preconditionFailure("smtp-auth did not start: \(text)")
    }
}
