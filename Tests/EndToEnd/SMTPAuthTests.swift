import CheckpwdCore
import Cryptography
import Foundation
import TestSupport
import Testing

extension OnStage {
    /// The whole way: a mail client, smtp-auth, pam-checkpwd, PAM with pam_unix or the side store.
    @Suite struct SMTPAuthTests {
        init() { Stage.accounts }

        /// Clients that are not ours.
        enum RealClient: String, CaseIterable {
            case curl, swaks, smtplib

            /// - Returns: whether it was let in.
            func logsIn(_ front: Front, by mechanism: String, as login: String, with password: String) -> Bool? {
                let outcome = Program(command(front.port, mechanism, login, password)).run()
                switch (self, outcome.status) {
                case (_, 0): return true
                // curl: CURLE_LOGIN_DENIED; swaks: 'error processing AUTH'; smtplib: as the script says.
                case (.curl, 67), (.swaks, 28), (.smtplib, 3): return false
                default:
                    Issue.record("\(self) ended with \(outcome.status): \(outcome.output)\(outcome.errors)")
                    return nil
                }
            }

            private func command(_ port: Int, _ mechanism: String, _ login: String, _ password: String) -> [String] {
                switch self {
                case .curl:
                    [
                        "curl", "-sS", "--max-time", "60", "smtp://127.0.0.1:\(port)", "-X", "NOOP", "--user",
                        "\(login):\(password)", "--login-options", "AUTH=\(mechanism)",
                    ]
                case .swaks:
                    [
                        "swaks", "--server", "127.0.0.1", "--port", "\(port)", "--quit-after", "AUTH", "--auth", mechanism,
                        "--auth-user", login, "--auth-password", password,
                    ]
                case .smtplib:
                    ["python3", "-c", Self.script, "\(port)", mechanism, login, password]
                }
            }

            private static let script = """
                import smtplib, sys
                client = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=60)
                client.user, client.password = sys.argv[3:5]
                client.ehlo()
                method = {"LOGIN": client.auth_login, "PLAIN": client.auth_plain, "CRAM-MD5": client.auth_cram_md5}
                try:
                    client.auth(sys.argv[2], method[sys.argv[2]])
                except smtplib.SMTPAuthenticationError as refused:
                    sys.exit(3 if refused.smtp_code == 535 else 4)
                client.quit()
                """
        }

        @Test(arguments: RealClient.allCases, ["LOGIN", "PLAIN", "CRAM-MD5"])
        func `a real client logs in, and not with a wrong password`(client: RealClient, mechanism: String) {
            let front = Front("-s \(InstalledService.prompt)")
            #expect(client.logsIn(front, by: mechanism, as: "alice", with: "pass") == true)
            #expect(client.logsIn(front, by: mechanism, as: "alice", with: "wrong") == false)
            #expect(client.logsIn(front, by: mechanism, as: "expired", with: "pass") == false)
            #expect(front.log(of: 3).count == 3)
            #expect(!front.log.joined().contains("pass\""))
        }

        @Test func `curl logs in with an initial response, too`() {
            let front = Front()
            for mechanism in ["LOGIN", "PLAIN"] {
                let outcome = Program([
                    "curl", "-sS", "--max-time", "60", "--sasl-ir", "smtp://127.0.0.1:\(front.port)", "-X", "NOOP",
                    "--user", "alice:pass", "--login-options", "AUTH=\(mechanism)",
                ]).run()
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
        }

        /// Word for word; its CRAM-MD5 challenge is from 2010, so here the answer is to the one that we were sent.
        @Test(arguments: ["-p pam,store", "-p store"])
        func `the tutorial's sessions, whose login is no system account`(options: String) throws {
            let front = Front(options)
            let login = front.connect()
            #expect(login.receive() == "220 mail.example.com ESMTP")
            #expect(login.ask("auth login") == "334 VXNlcm5hbWU6")
            #expect(login.ask("cG9zdG1hc3RlckBleGFtcGxlLmNvbQ==") == "334 UGFzc3dvcmQ6")
            #expect(login.ask("cGFzcw==") == "235 2.7.0 ok, go ahead")

            let plain = front.connect()
            #expect(plain.receive() == "220 mail.example.com ESMTP")
            #expect(plain.ask("auth plain AHBvc3RtYXN0ZXJAZXhhbXBsZS5jb20AcGFzcw==") == "235 2.7.0 ok, go ahead")

            let cramMD5 = front.connect()
            #expect(cramMD5.receive() == "220 mail.example.com ESMTP")
            let prompt = try #require(cramMD5.ask("auth cram-md5"))
            #expect(prompt.hasPrefix("334 "))
            let answer = Program([Stage.checkpwdctl, "respond", "--stdin", "postmaster@example.com", String(prompt.dropFirst(4))])
                .run(input: Array("pass\n".utf8)).output
            #expect(cramMD5.ask(answer.trimmingCharacters(in: .newlines)) == "235 2.7.0 ok, go ahead")
        }

        @Test func `no challenge is like another, and an answer to an old one is refused`() throws {
            let front = Front()
            let client = front.connect()
            _ = client.receive()
            let first = try #require(client.ask("AUTH CRAM-MD5"))
            #expect(client.ask("*") == "501 5.0.0 authentication cancelled")
            let answer = Program([Stage.checkpwdctl, "respond", "--stdin", "alice", String(first.dropFirst(4))])
                .run(input: Array("pass\n".utf8)).output.trimmingCharacters(in: .newlines)
            #expect(client.ask("AUTH CRAM-MD5") != first)
            #expect(client.ask(answer)?.hasPrefix("535 5.7.8 ") == true)
        }

        @Test(arguments: [
            ("no base64", "AUTH PLAIN !!!!", "501 5.5.2"),
            ("NUL in the password", "AUTH PLAIN " + Data("\0alice\0pa\0ss".utf8).base64EncodedString(), "501 5.5.2"),
            ("a control byte in the login", "AUTH PLAIN " + Data("\0al\nice\0pass".utf8).base64EncodedString(), "501 5.5.2"),
            ("another identity", "AUTH PLAIN " + Data("root\0alice\0pass".utf8).base64EncodedString(), "535 5.7.8"),
            ("an unknown mechanism", "AUTH XOAUTH2 abc", "504 5.5.4"),
            ("an initial response where the server speaks first", "AUTH CRAM-MD5 abc", "501 5.7.0"),
            ("mail", "MAIL FROM:<alice@example.com>", "502 5.5.1"),
            ("no command", "FROBNICATE", "500 5.5.2"),
            ("a line too long", "AUTH PLAIN " + String(repeating: "A", count: 13000), "500 5.5.6"),
        ])
        func `what cannot be is refused, starts nothing, and the session goes on`(
            what: String, line: String, reply: String
        ) {
            let front = Front("-s no-such-service")
            let client = front.connect()
            _ = client.receive()
            #expect(client.ask(line)?.hasPrefix(reply + " ") == true, "\(what)")
            #expect(client.ask("NOOP")?.hasPrefix("250 ") == true)
            #expect(!front.log.contains { $0.contains("temporary") })
        }

        @Test func `a broken backend is a temporary failure`() {
            let front = Front("-s no-such-service")
            let client = front.connect()
            _ = client.receive()
            #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=")?.hasPrefix("454 4.7.0 ") == true)
            #expect(client.ask("NOOP")?.hasPrefix("250 ") == true)
        }

        @Test func `PAM hears where the client is`() throws {
            let syslog = Syslog()
            let front = Front()
            let client = front.connect()
            _ = client.receive()
            #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=") == "235 2.7.0 ok, go ahead")
            let lines = syslog.lines(of: "pam-checkpwd").filter { $0.contains("verdict=") }
            #expect(lines.count == 1)
            #expect(lines.first?.contains(#"rhost="127.0.0.1""#) == true)
        }

        @Test func `a thousand logins leak no descriptor and no child`() {
            Stage.service("permit")
            let front = Front("-s permit")
            // Twenty at a time, since each is watched for a moment before it is greeted.
            func logins() -> [String?] {
                let clients = (0..<20).map { _ in front.connect() }
                for client in clients {
                    _ = client.receive()
                    client.send("AUTH PLAIN AGFsaWNlAHBhc3M=")
                }
                return clients.map { client in
                    defer { _ = client.ask("QUIT") }
                    return client.receive()
                }
            }
            // Threads and their descriptors come with the first logins.
            _ = logins()
            let before = front.descriptors
            for round in 1...50 {
                let isEachIn = logins().allSatisfy { $0 == "235 2.7.0 ok, go ahead" }
                guard isEachIn else {
                    Issue.record("round \(round) failed")
                    return
                }
            }
            for _ in 0..<600 where front.descriptors > before { usleep(100_000) }
            #expect(front.descriptors <= before)
            #expect(front.children == [])
        }

        @Test func `clients that vanish while they are checked leave no child behind`() {
            let front = Front()
            let before = front.descriptors
            for _ in 0..<10 {
                let client = front.connect()
                _ = client.receive()
                client.send("AUTH PLAIN AGFsaWNlAHdyb25n")
            }
            // pam_unix takes its time for a wrong password; every one of them is logged when its child was waited for.
            #expect(front.log(of: 10).count == 10)
            #expect(front.children == [])
            // Each connection is closed soon after.
            for _ in 0..<600 where front.descriptors > before + 1 { usleep(100_000) }
            #expect(front.descriptors <= before + 1)
        }

        @Test func `one session on standard input and output`() {
            let outcome = Program([
                "/bin/sh", "-c", #"printf 'EHLO x\r\nAUTH PLAIN AGFsaWNlAHBhc3M=\r\nQUIT\r\n' | "$0" "$@" | cat"#, Stage.smtpAuth,
                "--hostname", "mail.example.com", "--allow-plaintext", "--auth-command",
                "\(Stage.pamCheckpwd) -m plain,cram-md5 -e -- /bin/true",
            ]).run()
            let lines = outcome.output.replacingOccurrences(of: "\r\n", with: "\n").split(separator: "\n")
            #expect(lines.first == "220 mail.example.com ESMTP")
            #expect(lines.contains("235 2.7.0 ok, go ahead"))
            #expect(lines.last?.hasPrefix("221 2.0.0 ") == true)
        }
    }
}
