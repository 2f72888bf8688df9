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
