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
            #expect(offer(front.greeted()) == ["SIZE 1000", "PIPELINING", "AUTH LOGIN PLAIN"])
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
            #expect(offer(front.greeted()) == ["AUTH LOGIN PLAIN"])
            _ = program(offering: "DSN")
            kill(front.pid, SIGHUP)
            var tries = 0
            while offer(front.greeted()) != ["DSN", "AUTH LOGIN PLAIN"], tries < 1000 { tries += 1 }
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
                // Receipts have no sender.
                ("", "250"),
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

            folder.write("senders", "# senders\nalice\n".utf8)
            kill(front.pid, SIGHUP)
            #expect(
                front.says("bad line in --sender-map: \(map), line 2: no address after the login; a line is a login, and "
                    + "addresses after it, separated by blanks; the old map of senders stays"))
            #expect(answer(front, from: "bob@example.com") == "250")
        }

        @Test(arguments: [
            ("alice a@b\n\nbob example.com\n", "line 3: not an address: example.com"), ("\u{FEFF}bob\n", "line 1: no address after the login"),
        ])
        func `a bad line in --sender-map is named at the start by file and line`(text: String, words: String) {
            let map = folder.write("senders", text.utf8)
            let outcome = Program(
                [
                    Stage.smtpAuth, "--hostname", "mail.example.com", "--listen", "127.0.0.1:0", "--allow-plaintext", "--auth-command",
                    "/bin/true", "--offer", "", "--check-sender", "--sender-map", map,
                ] + program()
            ).run()
            #expect(outcome.status == 64)
            #expect(outcome.errors.hasPrefix("smtp-auth: bad line in --sender-map: \(map), \(words); "), "\(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1)
        }

        @Test func `a byte-order mark in --sender-map does not belong to the first login`() {
            let map = folder.write("senders", "\u{FEFF}alice a@b\n".utf8)
            let front = Front(authCommand: "/bin/true", ["--offer", "", "--check-sender", "--sender-map", map] + program())
            #expect(answer(front, from: "a@b") == "250")
        }

        @Test(arguments: [
            (["domain"], "Alice@example.com"), (["all"], "alice@example.com"), ([], "Alice@EXAMPLE.com"),
        ])
        func `a login has its letters made lower case for the auth command, the sender and the log`(
            values: [String], login: String
        ) throws {
            let script = folder.write("auth", "tr '\\0' ' ' <&3 >\(folder("seen"))\n".utf8)
            let map = folder.write("senders", "Alice@Example.COM other@example.com\n".utf8)
            let front = Front(
                authCommand: "/bin/sh \(script)",
                values.flatMap { ["--lower-case-logins", $0] } + ["--offer", "", "--check-sender", "--sender-map", map] + program())
            let client = front.greeted()
            _ = offer(client)
            let answer = "AUTH PLAIN " + Data("\0Alice@EXAMPLE.com\0Pass".utf8).base64EncodedString()
            #expect(client.ask(answer) == "235 2.7.0 ok, go ahead")
            #expect(try String(contentsOfFile: folder("seen"), encoding: .utf8) == "\(login) Pass  ")
            #expect(front.says(#" mechanism="PLAIN" rhost="127.0.0.1" login="\#(login)""#))
            // The map's login has its letters made lower case like the client's; without the option they differ.
            let reply = client.ask("MAIL FROM: <other@example.com>")
            #expect(reply?.hasPrefix(values.isEmpty ? "553 5.7.1 " : "250 ,\(login),") == true, "\(reply ?? "")")
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
