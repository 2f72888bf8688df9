import Foundation
import TestSupport

/// Debian's Exim, unpacked and not installed, configured in the stage's own /etc. It is started once a session, by
/// `docs/submission/exim/exim-submission`, and delivers to the Maildirs of system accounts.
final class Exim: Sendable {
    private let folder = Folder()
    /// The documented program, of which only the path of Exim is changed.
    let program: String

    init() throws {
        let installed = Program([Stage.repository("Tests/Stage/exim")]).run()
        precondition(installed.status == 0, installed.errors)
        let exim = installed.output.trimmingCharacters(in: .newlines)
        // What Debian's package makes when it is installed.
        if getpwnam("Debian-exim") == nil { Stage.must("useradd", "--system", "--user-group", "Debian-exim") }
        for place in ["/var/spool/exim4", "/var/log/exim4", "/etc/exim4"] {
            Stage.must("install", "-d", "-o", "Debian-exim", "-g", "Debian-exim", place)
        }
        // Exim takes no configuration that others may write.
        Stage.must("chown", "root:root", "/etc/exim4")
        Stage.write("/etc/exim4/exim4.conf", Exim.configuration(exim))
        chmod("/etc/exim4/exim4.conf", 0o644)
        let documented = try String(
            contentsOfFile: Stage.repository("docs/submission/exim/exim-submission"), encoding: .utf8)
        chmod(folder.path, 0o755)
        program = folder.write(
            "exim-submission", documented.replacing("/usr/sbin/exim4", with: exim).utf8, mode: 0o755)
    }

    /// What it logged.
    var log: String { (try? String(contentsOfFile: "/var/log/exim4/mainlog", encoding: .utf8)) ?? "" }

    private static func configuration(_ exim: String) -> String {
        """
        exim_path = \(exim)
        primary_hostname = mail.example.com
        domainlist local_domains = mail.example.com
        acl_smtp_rcpt = recipient
        tls_advertise_hosts =
        begin acl
        recipient:
          accept authenticated = *
          deny message = relay not permitted
        begin routers
        accounts:
          driver = accept
          domains = +local_domains
          check_local_user
          transport = maildir
        begin transports
        maildir:
          driver = appendfile
          directory = $home/Maildir
          maildir_format
          return_path_add

        """
    }
}
