import Foundation
import TestSupport

/// Mail clients that are not ours.
enum MailClient: String, CaseIterable {
    case curl, swaks, msmtp, smtplib

    /// How TLS begins.
    enum TLS: String, CaseIterable {
        case startTLS, wrapped
    }

    /// Where and how to send.
    struct Way {
        let port: Int
        let tls: TLS
        let mechanism: String
        /// The server's certificate; the client trusts no other.
        let certificate: String
        var login = "alice"
        var password = "pass"
    }

    /// Sends a message.
    ///
    /// - Returns: the client's exit status, and what it had to say.
    func send(_ message: Message, by way: Way) -> Program.Outcome {
        let folder = Folder()
        // swaks ends the last line itself.
        let file = folder.write("message", self == .swaks ? message.wire.dropLast(2) : message.wire[...])
        return switch self {
        case .curl: Program(MailClient.curl(file, way)).run()
        case .swaks: Program(MailClient.swaks(file, way)).run()
        case .msmtp: Program(MailClient.msmtp(folder, way)).run(input: Array(message.text.utf8))
        case .smtplib: Program(MailClient.smtplib(file, way)).run()
        }
    }

    private static func curl(_ file: String, _ way: Way) -> [String] {
        [
            "curl", "-sS", "--max-time", "60", "\(way.tls == .wrapped ? "smtps" : "smtp")://127.0.0.1:\(way.port)/client.example.com",
            "--ssl-reqd", "--cacert", way.certificate, "--user", "\(way.login):\(way.password)", "--login-options",
            "AUTH=\(way.mechanism)", "--mail-from", Message.sender, "--mail-rcpt", Message.recipient, "-T", file,
        ]
    }

    private static func swaks(_ file: String, _ way: Way) -> [String] {
        [
            "swaks", "--server", "127.0.0.1", "--port", "\(way.port)", "--helo", "client.example.com",
            way.tls == .wrapped ? "--tls-on-connect" : "--tls", "--tls-verify", "--tls-ca-path", way.certificate,
            "--auth", way.mechanism, "--auth-user", way.login, "--auth-password", way.password,
            "--from", Message.sender, "--to", Message.recipient, "--data", "@\(file)",
        ]
    }

    private static func msmtp(_ folder: Folder, _ way: Way) -> [String] {
        // It reads no password from its command line.
        let configuration = """
            account default
            host 127.0.0.1
            port \(way.port)
            domain client.example.com
            timeout 60
            tls on
            tls_starttls \(way.tls == .wrapped ? "off" : "on")
            tls_trust_file \(way.certificate)
            tls_host_override mail.example.com
            auth \(way.mechanism.lowercased())
            user \(way.login)
            password \(way.password)
            from \(Message.sender)

            """
        return ["msmtp", "-C", folder.write("configuration", configuration.utf8), "--", Message.recipient]
    }

    private static func smtplib(_ file: String, _ way: Way) -> [String] {
        let script = """
            import smtplib, ssl, sys
            port, tls, mechanism, certificate, login, password, sender, recipient, file = sys.argv[1:]
            context = ssl.create_default_context(cafile=certificate)
            if tls == "wrapped":
                client = smtplib.SMTP_SSL("127.0.0.1", int(port), "client.example.com", timeout=60, context=context)
            else:
                client = smtplib.SMTP("127.0.0.1", int(port), "client.example.com", timeout=60)
                client.starttls(context=context)
            client.ehlo()
            client.user, client.password = login, password
            client.auth(mechanism, getattr(client, "auth_" + mechanism.lower().replace("-", "_")))
            client.sendmail(sender, recipient, open(file, "rb").read(), ["BODY=8BITMIME"])
            client.quit()
            """
        return [
            "python3", "-c", script, "\(way.port)", way.tls.rawValue, way.mechanism, way.certificate, way.login,
            way.password, Message.sender, Message.recipient, file,
        ]
    }
}
