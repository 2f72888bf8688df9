import Foundation
import TestSupport
import Testing

extension OnStage {
    /// How many clients there may be, and what is counted and logged of them.
    @Suite struct LimitsTests {
        @Test(arguments: [
            (["--max-connections", "2"], "421 4.7.0 mail.example.com too many connections, try again later", "connections"),
            (
                ["--max-per-address", "2"],
                "421 4.7.0 mail.example.com too many connections from your address, try again later", "connections-of-address"
            ),
        ])
        func `one connection too many is told so, and others go on`(options: [String], reply: String, reason: String) {
            let front = Front(authCommand: "/bin/true", options + ["--metrics", "127.0.0.1:0"])
            var first: Client? = front.greeted()
            let second = front.greeted()
            let third = front.connect()
            #expect(third.receive() == reply)
            #expect(third.receive() == nil)
            #expect(metrics(front).contains("smtp_auth_connections_refused_total{reason=\"\(reason)\"} 1\n"))
            #expect(first?.ask("QUIT")?.hasPrefix("221 ") == true)
            first = nil
            // As soon as the server has seen it go, there is a place again.
            var line: String?
            for _ in 0..<1000 where line?.hasPrefix("220 ") != true { line = front.connect().receive() }
            #expect(line == "220 mail.example.com ESMTP")
            #expect(second.ask("NOOP")?.hasPrefix("250 ") == true)
        }

        @Test func `a burst of connections finds room, also while nobody accepts`() {
            let front = Front(authCommand: "/bin/true", ["--max-per-address", "1000"])
            kill(front.network, SIGSTOP)
            // Without room, the kernel would drop what it got, and the client's would try again, and again, for minutes.
            let script = """
                import os, signal, socket, sys
                clients = [socket.create_connection(("127.0.0.1", int(sys.argv[1])), 0.9) for _ in range(500)]
                os.kill(int(sys.argv[2]), signal.SIGCONT)
                for client in clients:
                    client.settimeout(60)
                    assert client.recv(4) == b"220 "
                """
            let outcome = Program(["python3", "-c", script, "\(front.port)", "\(front.network)"]).run()
            kill(front.network, SIGCONT)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }

        private func metrics(_ front: Front) -> String {
            let words = " for metrics"
            guard let line = front.lines.first(where: { $0.hasSuffix(words) }) else { return "" }
            let address = line.dropLast(words.count).split(separator: " ").last!
            return Program(["curl", "-sS", "--max-time", "60", "http://\(address)/metrics"]).run().output
        }

        @Test func `sessions and logins are counted, by mechanism and verdict`() {
            let front = Front(authCommand: "/bin/false", ["--metrics", "127.0.0.1:0"])
            let client = front.greeted()
            #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=")?.hasPrefix("535 ") == true)
            let text = metrics(front)
            #expect(text.contains("smtp_auth_sessions_total 1\n"))
            #expect(text.contains("smtp_auth_sessions_open 1\n"))
            #expect(text.contains(#"smtp_auth_logins_total{mechanism="PLAIN",verdict="rejected"} 1"# + "\n"))
            #expect(text.contains("smtp_auth_login_duration_seconds_count 1\n"))
        }

        @Test func `--mechanisms says which are offered and taken`() {
            let front = Front(authCommand: "/bin/true", ["--mechanisms", "PLAIN"])
            let client = front.greeted()
            #expect(client.ask("EHLO x") == "250-mail.example.com")
            #expect([client.receive(), client.receive()] == ["250-ENHANCEDSTATUSCODES", "250 AUTH PLAIN"])
            #expect(client.ask("AUTH CRAM-MD5")?.hasPrefix("504 5.5.4 ") == true)
            #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=") == "235 2.7.0 ok, go ahead")
        }

        @Test func `--max-failures says how many refused logins end a session`() {
            let front = Front(authCommand: "/bin/false", ["--max-failures", "2"])
            let client = front.greeted()
            #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=")?.hasPrefix("535 5.7.8 ") == true)
            #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=")?.hasPrefix("421 4.7.0 ") == true)
            #expect(client.receive() == nil)
            #expect(front.says(#"session="too-many-failed-logins" "#))
        }

        @Test func `a malformed AUTH is logged, counted as a failed login, and the last of five`() {
            let front = Front(authCommand: "/bin/true", ["--metrics", "127.0.0.1:0"])
            let client = front.greeted()
            let login = Data("al\0ice".utf8).base64EncodedString()
            for (line, reply) in [
                ("AUTH PLAIN !!!!", "501 5.5.2 "), ("AUTH PLAIN " + Data("a\0b\0c\0d".utf8).base64EncodedString(), "501 5.5.2 "),
                ("AUTH LOGIN \(login)", "501 5.5.2 "), ("AUTH PLAIN a b", "501 5.5.4 "), ("NOOP", "250 "), ("AUTH PLAIN =", "421 4.7.0 "),
            ] {
                #expect(client.ask(line)?.hasPrefix(reply) == true, "\(line)")
            }
            #expect(client.receive() == nil)
            #expect(front.says(#"session="too-many-errors" tls="no" commands="6" "#))
            let end = #"rhost="127.0.0.1""#
            #expect(
                front.log(of: 5).map { $0.replacing("smtp-auth: ", with: "") } == [
                    #"verdict="rejected" reason="not-base64" mechanism="PLAIN" \#(end)"#,
                    #"verdict="rejected" reason="malformed-message" mechanism="PLAIN" \#(end)"#,
                    #"verdict="rejected" reason="control-byte-in-login" mechanism="LOGIN" \#(end) login="al\x00ice""#,
                    #"verdict="rejected" reason="unexpected-argument" mechanism="PLAIN" \#(end)"#,
                    #"verdict="rejected" reason="malformed-message" mechanism="PLAIN" \#(end)"#,
                ])
            let text = metrics(front)
            #expect(text.contains(#"smtp_auth_logins_total{mechanism="PLAIN",verdict="rejected"} 4"# + "\n"), "\(text)")
            #expect(text.contains(#"smtp_auth_logins_total{mechanism="LOGIN",verdict="rejected"} 1"# + "\n"))
        }

        @Test func `AUTH before TLS is logged, and no password is asked about`() {
            let folder = Folder()
            let certificate = TestCertificate(in: folder, name: "mail.example.com")
            let front = Front(authCommand: "/bin/true", ["--tls-cert", certificate.chain, "--tls-key", certificate.key])
            let client = front.greeted()
            #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=")?.hasPrefix("504 5.5.4 ") == true)
            #expect(front.says(#"verdict="rejected" reason="before-tls" mechanism="PLAIN" rhost="127.0.0.1""#))
        }

        @Test(arguments: [([String](), 20), (["--max-errors", "3"], 3)])
        func `a session that sends nothing but errors ends`(options: [String], limit: Int) {
            let front = Front(authCommand: "/bin/true", options)
            let client = front.greeted()
            for _ in 1..<limit { #expect(client.ask("GET / HTTP/1.1")?.hasPrefix("500 5.5.2 ") == true) }
            #expect(client.ask("GET / HTTP/1.1") == "421 4.7.0 too many errors, closing connection")
            #expect(client.receive() == nil)
            #expect(front.says(#"session="too-many-errors" "#))
        }

        @Test func `--max-malformed says how many malformed AUTHs end a session`() {
            let front = Front(authCommand: "/bin/true", ["--max-malformed", "2"])
            let client = front.greeted()
            #expect(client.ask("AUTH PLAIN !")?.hasPrefix("501 5.5.2 ") == true)
            #expect(client.ask("AUTH PLAIN !")?.hasPrefix("421 4.7.0 ") == true)
        }

        @Test(arguments: [("0", "220 "), ("2000", "554 5.5.1 ")])
        func `--greeting-delay 0 lets a client speak first, any other does not`(delay: String, reply: String) {
            let front = Front(authCommand: "/bin/true", ["--greeting-delay", delay])
            let client = front.connect()
            client.send("NOOP")
            #expect(client.receive()?.hasPrefix(reply) == true)
            #expect(client.receive()?.hasPrefix("250 ") == (delay == "0" ? true : nil))
            if delay != "0" { #expect(front.says(#"session="early-talker" "#)) }
        }

        @Test(arguments: [("--idle-timeout", "421 4.4.2 nothing was said"), ("--session-timeout", "421 4.4.2 the session lasts")])
        func `how long a session may be silent, and last, is an option`(option: String, reply: String) {
            let front = Front(authCommand: "/bin/true", [option, "1"])
            let client = front.greeted()
            #expect(client.receive()?.hasPrefix(reply) == true)
            #expect(client.receive() == nil)
        }

        @Test func `--syslog logs to syslog, facility mail, from both processes`() throws {
            let syslog = Syslog()
            let listener = Program([
                "python3", "-c", ActivationTests.withOneClient, Stage.smtpAuth, "--syslog", "--hostname", "mail.example.com",
                "--allow-plaintext", "--auth-command", "/bin/false",
            ]).run()
            #expect(listener.errors == "")
            let lines = syslog.lines(of: "smtp-auth")
            // Facility 2, severity 5.
            #expect(lines.contains { $0.hasPrefix("<21> ") && $0.contains(#"verdict="rejected""#) })
        }
    }
}
