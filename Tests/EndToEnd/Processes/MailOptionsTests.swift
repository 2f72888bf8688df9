import Foundation
import TestSupport
import Testing

extension OnStage {
    /// What options come to for those who send mail.
    @Suite struct MailOptionsTests {
        private let folder = Folder()

        /// A mail server that counts how often it was started, and offers what is asked for.
        private func program(offering extensions: String...) -> [String] {
            let script = folder.write(
                "program",
                #"""
                answer() { printf '%s\r\n' "$1"; }
                echo started >>"$0.started"
                answer "220 behind"
                while read -r line; do
                    case $line in
                    EHLO*) answer "250-behind"; \#(extensions.map { #"answer "250-\#($0)"; "# }.joined()) answer "250 HELP" ;;
                    MAIL*) answer "250 ${RELAYCLIENT-none},$SMTPAUTHUSER,$TCPREMOTEIP" ;;
                    QUIT*) answer "221 bye"; exit ;;
                    *) answer "250 ok" ;;
                    esac
                done
                """#.utf8)
            return ["--", "/bin/sh", script]
        }

        /// How often the program was started.
        private var starts: Int {
            ((try? String(contentsOfFile: folder("program.started"), encoding: .utf8)) ?? "").split(separator: "\n").count
        }

        private static let alice = "AUTH PLAIN AGFsaWNlAHBhc3M="

        /// What a client is offered.
        private func offer(_ client: Client) -> [String] {
            client.send("EHLO client.example.com")
            var lines: [String] = []
            while let line = client.receive() {
                lines.append(String(line.dropFirst(4)))
                if line.hasPrefix("250 ") { break }
            }
            return Array(lines.dropFirst())
        }

        /// What a client that has logged in is answered to this sender.
        private func answer(_ front: Front, from sender: String) -> String? {
            let client = front.greeted()
            _ = offer(client)
            #expect(client.ask(Self.alice) == "235 2.7.0 ok, go ahead")
            return client.ask("MAIL FROM:<\(sender)>")?.split(separator: " ").first.map(String.init)
        }

        @Test func `with --offer that is what clients are offered, and the program is not asked`() {
            let front = Front(authCommand: "/bin/true", ["--offer", "SIZE 1000,PIPELINING"] + program(offering: "8BITMIME"))
            #expect(offer(front.greeted()) == ["SIZE 1000", "PIPELINING", "AUTH LOGIN PLAIN CRAM-MD5"])
            kill(front.pid, SIGHUP)
            #expect(answer(front, from: "alice") == "250")
            #expect(starts == 1)
        }

        @Test func `what the one behind turns out to lack is logged`() {
            let front = Front(authCommand: "/bin/true", ["--offer", "SIZE 1000,DSN,8BITMIME"] + program(offering: "SIZE 5"))
            let client = front.greeted()
            _ = offer(client)
            #expect(client.ask(Self.alice) == "235 2.7.0 ok, go ahead")
            #expect(client.ask("MAIL FROM:<a@b>")?.hasPrefix("250 ") == true)
            #expect(client.ask("QUIT")?.hasPrefix("221 ") == true)
            #expect(front.says(#"session="quit" lacks="DSN,8BITMIME" tls="no" "#))
        }

        @Test func `one behind that does not answer at the start offers nothing, until it does on SIGHUP`() {
            let front = Front(authCommand: "/bin/true", ["--", "/bin/sh", folder("program")])
            #expect(front.says(": ended; what "))
            #expect(offer(front.greeted()) == ["AUTH LOGIN PLAIN CRAM-MD5"])
            _ = program(offering: "DSN")
            kill(front.pid, SIGHUP)
            var tries = 0
            while offer(front.greeted()) != ["DSN", "AUTH LOGIN PLAIN CRAM-MD5"], tries < 1000 { tries += 1 }
            #expect(tries < 1000)
        }

        @Test func `--check-sender takes the login for a sender, and those of --sender-map, which SIGHUP reads again`() {
            let map = folder.write("senders", "alice alice@example.com @lists.example.com\n".utf8)
            let options = ["--offer", "", "--check-sender", "--sender-map", map]
            let front = Front(authCommand: "/bin/true", options + program())
            let old = front.greeted()
            _ = offer(old)
            #expect(old.ask(Self.alice) == "235 2.7.0 ok, go ahead")
            for (sender, reply) in [
                ("alice", "250"), ("alice@example.com", "250"), ("any@lists.example.com", "250"), ("bob@example.com", "553"),
                ("", "553"),
            ] {
                #expect(answer(front, from: sender) == reply, "\(sender)")
            }
            folder.write("senders", "alice bob@example.com\n".utf8)
            kill(front.pid, SIGHUP)
            #expect(front.says("map of senders replaced"))
            #expect(answer(front, from: "bob@example.com") == "250")
            #expect(answer(front, from: "alice@example.com") == "553")
            // A session keeps what it began with.
            #expect(old.ask("MAIL FROM:<bob@example.com>")?.hasPrefix("553 5.7.1 ") == true)

            folder.write("senders", "alice\n".utf8)
            kill(front.pid, SIGHUP)
            #expect(front.says("bad line in --sender-map; the old map of senders stays"))
            #expect(answer(front, from: "bob@example.com") == "250")
        }

        @Test func `without --sender-map a login sends as itself only; a stranger is bound by nothing`() {
            let front = Front(
                authCommand: "/bin/true", ["--offer", "", "--check-sender", "--no-require-auth"] + program())
            #expect(answer(front, from: "alice") == "250")
            #expect(answer(front, from: "alice@example.com") == "553")
            let stranger = front.greeted()
            _ = offer(stranger)
            #expect(stranger.ask("MAIL FROM:<alice>") == "250 none,,127.0.0.1")
        }

        @Test(arguments: [([String](), "none,,192.0.2.9"), ([alice], ",alice,192.0.2.9")])
        func `of one session on standard input, who it is of is believed, and never that it may relay`(
            login: [String], told: String
        ) {
            let lines = ["EHLO x"] + login + ["MAIL FROM:<alice>", "QUIT"]
            let outcome = Program(
                [
                    "/bin/sh", "-c", #"printf '%b' "$LINES" | "$0" "$@" | cat"#, Stage.smtpAuth, "--hostname",
                    "mail.example.com", "--allow-plaintext", "--auth-command", "/bin/true", "--offer", "", "--no-require-auth",
                ] + program()
            ).run(environment: [
                "LINES": lines.map { $0 + #"\r\n"# }.joined(), "RELAYCLIENT": "", "SMTPAUTHUSER": "eve",
                "TCPREMOTEIP": "192.0.2.9",
            ])
            #expect(outcome.output.contains("\r\n250 \(told)\r\n"), "\(outcome.output)\(outcome.errors)")
        }

        @Test func `a server that would take strangers for this machine is warned of`() {
            let warning = "clients that have not logged in look like this machine to the server behind"
            let relay = ["--relay", "127.0.0.1:1", "--offer", ""]
            for (options, isWarned) in [
                (relay + ["--no-require-auth"], true), (relay, false), (relay + ["--no-require-auth", "--xclient"], false),
                (["--no-require-auth", "--offer", ""] + program(), false),
            ] {
                let front = Front(authCommand: "/bin/true", options)
                #expect(front.lines.contains { $0.contains(warning) } == isWarned)
            }
        }
    }
}
