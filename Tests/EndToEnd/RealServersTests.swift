import Foundation
import TestSupport
import Testing

extension OnStage {
    /// Servers that are not ours, as Debian has them. Dovecot has a suite of its own.
    @Suite struct RealServersTests {
        private let folder = Folder()

        init() { Stage.accounts }

        /// It runs 'BINARY TRUE' and takes no options: what they would say, the environment and the service file say.
        @Test func `qpsmtpd lets the right password in, and no other`() {
            mkdir(folder("spool"), 0o700)
            let files = [
                "plugins": "auth/auth_checkpassword checkpw \(Stage.pamCheckpwd) true /bin/true",
                "plugin_dirs": "/usr/share/qpsmtpd/plugins", "spool_dir": folder("spool"), "me": "mail.example.com",
            ]
            for (name, contents) in files { folder.write(name, (contents + "\n").utf8) }
            let server = LoopbackServer(
                environment: ["QPSMTPD_CONFIG": folder.path, "PAM_SERVICE": InstalledService.prompt]
            ) { ["qpsmtpd-forkserver", "-l", "127.0.0.1", "-p", "\($0)", "-u", "root", "-H"] }
            // 67 is CURLE_LOGIN_DENIED.
            for (login, password, status) in [
                ("alice", "pass", Int32(0)), ("alice", "wrong", 67), ("nosuchuser", "pass", 67), ("expired", "pass", 67),
            ] {
                for mechanism in ["PLAIN", "LOGIN"] {
                    let outcome = Program([
                        "curl", "-sS", "--max-time", "60", "smtp://127.0.0.1:\(server.port)", "-X", "NOOP", "--user",
                        "\(login):\(password)", "--login-options", "AUTH=\(mechanism)",
                    ]).run()
                    #expect(outcome.status == status, "\(login) \(password): \(outcome.errors)")
                }
            }
        }

        /// As the qmail family has it: tcpserver, a program that asks, pam-checkpwd, and what runs for the user.
        @Test func `behind tcpserver the program serves the client as the user, and PAM hears where that is`() {
            let script = #"""
                read -r login && read -r password || exit
                printf '%s\0%s\0\0' "${login%?}" "${password%?}" |
                    "$0" -s "$1" -- /bin/sh -c 'echo "$(id -un) in $(pwd) for $TCPREMOTEIP"' 3<&0
                test $? -ne 1 || echo no
                """#
            let server = LoopbackServer {
                [
                    "tcpserver", "-H", "-R", "-l", "mail.example.com", "127.0.0.1", "\($0)", "/bin/sh", "-c", script,
                    Stage.pamCheckpwd, InstalledService.prompt,
                ]
            }
            let syslog = Syslog()
            func logIn(_ login: String, _ password: String) -> String? {
                let client = Client(port: server.port)
                client.send(login)
                return client.ask(password)
            }
            #expect(logIn("alice", "pass") == "alice in /home/alice for 127.0.0.1")
            #expect(logIn("alice", "wrong") == "no")
            let lines = syslog.lines(of: "pam-checkpwd").filter { $0.contains("verdict=") }
            #expect(lines.count == 2)
            #expect(lines.allSatisfy { $0.contains(#" rhost="127.0.0.1" "#) })
        }
    }
}
