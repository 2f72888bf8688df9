import Foundation
import TestSupport

/// Dovecot's submission server, with TLS and a certificate of its own, until it is let go of. It knows alice by `pass`, and
/// has no mail server behind it.
final class DovecotSubmission: Sendable {
    private let folder = Folder()
    private let server: LoopbackServer

    enum Security: String {
        /// STARTTLS is offered.
        case startTLS = "no"
        /// TLS from the start.
        case tls = "yes"
    }

    init(_ security: Security) {
        let folder = folder
        // Its login processes are somebody else's.
        chmod(folder.path, 0o755)
        folder.write("users", "alice:{PLAIN}pass\n".utf8, mode: 0o644)
        let made = Program([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
            folder("key.pem"),
            "-out", folder("certificate.pem"),
        ]).run()
        precondition(made.status == 0, made.errors)
        server = LoopbackServer { port in
            folder.write("dovecot.conf", DovecotSubmission.configuration(folder.path, port, security).utf8, mode: 0o644)
            return ["dovecot", "-F", "-c", folder("dovecot.conf")]
        }
    }

    var port: Int { server.port }
    var certificate: String { folder("certificate.pem") }

    private static func configuration(_ folder: String, _ port: Int, _ security: Security) -> String {
        """
        protocols = submission
        listen = 127.0.0.1
        hostname = mail.example.com
        base_dir = \(folder)/run
        state_dir = \(folder)/state
        log_path = \(folder)/log
        ssl = yes
        ssl_cert = <\(folder)/certificate.pem
        ssl_key = <\(folder)/key.pem
        auth_mechanisms = plain login cram-md5
        auth_failure_delay = 0
        mail_location = maildir:\(folder)/mail/%u
        submission_relay_host = 127.0.0.1
        submission_relay_port = 1
        submission_backend_capabilities = 8BITMIME
        passdb {
          driver = passwd-file
          args = \(folder)/users
        }
        userdb {
          driver = static
          args = uid=65534 gid=65534 home=\(folder)/home
        }
        service anvil {
          unix_listener anvil-auth-penalty {
            mode = 0
          }
        }
        service submission-login {
          inet_listener submission {
            port = \(port)
            ssl = \(security.rawValue)
          }
          inet_listener submissions {
            port = 0
          }
        }

        """
    }
}
