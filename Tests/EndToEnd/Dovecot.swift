import Foundation
import TestSupport
import Testing

/// Dovecot on a free loopback port, with a configuration out of `docs/dovecot`, until it is let go of.
final class Dovecot: Sendable {
    private let folder = Folder()
    private let server: LoopbackServer

    /// - Parameter file: of `docs/dovecot`; only paths in it are changed.
    init(_ file: String) throws {
        let folder = folder
        // Its login processes are somebody else's.
        chmod(folder.path, 0o755)
        let documented = try String(contentsOfFile: Stage.repository("docs/dovecot/\(file)"), encoding: .utf8)
            .replacing("/usr/local/sbin/pam-checkpwd", with: Stage.pamCheckpwd)
        folder.write("documented.conf", documented.utf8, mode: 0o644)
        // Once the port is served, the other sockets are there, too.
        server = LoopbackServer { port in
            folder.write("dovecot.conf", Dovecot.surroundings(folder.path, port).utf8, mode: 0o644)
            return ["dovecot", "-F", "-c", folder("dovecot.conf")]
        }
    }

    /// What a server has that is not about logins; quick, for a test: no delay after a wrong password.
    private static func surroundings(_ folder: String, _ port: Int) -> String {
        """
        protocols = imap
        listen = 127.0.0.1
        base_dir = \(folder)/run
        state_dir = \(folder)/state
        log_path = \(folder)/log
        ssl = no
        disable_plaintext_auth = no
        mail_location = maildir:~/Maildir
        auth_failure_delay = 0
        service anvil {
          unix_listener anvil-auth-penalty {
            mode = 0
          }
        }
        service imap-login {
          inet_listener imap {
            port = \(port)
          }
          inet_listener imaps {
            port = 0
          }
        }
        !include \(folder)/documented.conf

        """
    }

    /// What it logged, standard error of pam-checkpwd included.
    var log: String { (try? String(contentsOfFile: folder("log"), encoding: .utf8)) ?? "" }

    func doveadm(_ arguments: String...) -> Program.Outcome {
        Program(["doveadm", "-c", folder("dovecot.conf")] + arguments).run()
    }

    /// What an IMAP server answers to a login.
    enum Answer: Equatable {
        case yes, no, notNow
        case other(String)
    }

    /// Logs in with curl.
    func logIn(_ login: String, _ password: String = "pass", by mechanism: String = "PLAIN") -> Answer {
        let outcome = Program([
            "curl", "-sv", "--max-time", "60", "imap://127.0.0.1:\(server.port)/", "-X", #"LIST "" INBOX"#, "--user",
            "\(login):\(password)", "--login-options", "AUTH=\(mechanism)",
        ]).run()
        switch outcome.status {
        case 0 where outcome.output.hasPrefix("* LIST "): return .yes
        // CURLE_LOGIN_DENIED; RFC 5530 has the words.
        case 67 where outcome.errors.contains(" NO [AUTHENTICATIONFAILED] "): return .no
        case 67 where outcome.errors.contains(" NO [UNAVAILABLE] "): return .notNow
        default: return .other("\(outcome.status): \(outcome.output)\(outcome.errors)")
        }
    }
}

/// Has a Dovecot of each configuration run while a suite does, and not a moment longer.
struct WithDovecot: SuiteTrait, TestScoping {
    /// The two, for the tests of the suite.
    struct Servers: Sendable {
        let system, virtual: Dovecot
    }

    @TaskLocal static var servers: Servers?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        Stage.accounts
        VirtualAccounts.made
        let servers = Servers(
            system: try Dovecot("system-accounts.conf"), virtual: try Dovecot("virtual-accounts.conf"))
        try await WithDovecot.$servers.withValue(servers) { try await function() }
    }
}
