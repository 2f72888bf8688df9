import CLibc
import Foundation
import TestSupport

/// Debian's Postfix, configured in the stage's own /etc, with the services of `docs/submission/postfix` besides those that it
/// needs; until it is let go of. It delivers to the Maildirs of system accounts.
final class Postfix: Sendable {
    private static let port = LoopbackPort.free()
    /// What `--relay` says to reach it by the Unix socket and by the port.
    static let relays = ["unix:/var/spool/postfix/public/smtp-auth", "127.0.0.1:\(port)"]

    /// An account whose group reaches the Unix socket.
    static let user: String = {
        Stage.must("useradd", "--system", "--no-create-home", "--gid", "postdrop", "smtp-auth")
        return "smtp-auth"
    }()

    private let pid: pid_t

    init() throws {
        let documented = try String(contentsOfFile: Stage.repository("docs/submission/postfix/master.cf"), encoding: .utf8)
        Stage.write("/etc/postfix/main.cf", Postfix.main)
        Stage.write(
            "/etc/postfix/master.cf",
            Postfix.services + documented.replacing("\n127.0.0.1:10587 ", with: "\n127.0.0.1:\(Postfix.port) "))
        let log = open("/run/postfix.start", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer {
            close(log)
            close(null)
        }
        let words = ["postfix", "start-fg"]
        let argv = words.map { strdup($0) } + [nil]
        defer { argv.forEach { free($0) } }
        var pid: pid_t = 0
        let failed = clibc_spawn(&pid, argv, clibc_environment(), [null, log, log, null])
        precondition(failed == 0, "cannot start postfix")
        self.pid = pid
        // The port last: all sockets are there before.
        var tries = 0
        while !LoopbackServer.answers(Postfix.port) {
            tries += 1
            precondition(tries < 1000, "postfix did not start: \(Postfix.read("/run/postfix.start"))")
            usleep(10_000)
        }
    }

    deinit {
        // What was started is a script that waits for the master.
        _ = Program(["postfix", "stop"]).run()
        _ = clibc_wait(pid)
    }

    /// What it logged.
    var log: String { Postfix.read("/var/log/postfix.log") }

    private static func read(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    private static let main = """
        compatibility_level = 3.6
        myhostname = mail.example.com
        mydestination = mail.example.com
        inet_interfaces = loopback-only
        inet_protocols = ipv4
        alias_maps =
        alias_database =
        home_mailbox = Maildir/
        maillog_file = /var/log/postfix.log
        message_size_limit = 20000000

        """

    private static let services = """
        pickup   unix      n - n 1 1 pickup
        cleanup  unix      n - n - 0 cleanup
        qmgr     unix      n - n 300 1 qmgr
        rewrite  unix      - - n - - trivial-rewrite
        bounce   unix      - - n - 0 bounce
        defer    unix      - - n - 0 bounce
        trace    unix      - - n - 0 bounce
        verify   unix      - - n - 1 verify
        proxymap unix      - - n - - proxymap
        smtp     unix      - - n - - smtp
        error    unix      - - n - - error
        local    unix      - n n - - local
        anvil    unix      - - n - 1 anvil
        postlog  unix-dgram n - n - 1 postlogd

        """
}
