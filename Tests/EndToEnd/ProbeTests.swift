import Foundation
import TestSupport
import Testing

extension OnStage {
    /// `checkpwdctl probe` against real servers.
    @Suite struct ProbeTests {
        private func probe(_ server: String, _ options: [String], secret: String = "pass", login: String = "alice")
            -> Program.Outcome
        {
            Program([Stage.checkpwdctl, "probe", server, "--login", login, "--stdin"] + options).run(
                input: Array(secret.utf8))
        }

        @Test func `smtp-auth lets the right secret in by each mechanism, and no other`() {
            Stage.accounts
            let front = Front()
            for (mechanism, said) in [
                ("plain", #"C: AUTH PLAIN ********                  # \x00alice\x00********"#),
                ("login", "C: YWxpY2U=                             # alice"),
                ("cram-md5", "C: ********                             # alice ********"),
                ("auto", "C: AUTH CRAM-MD5"),
            ] {
                let yes = probe("127.0.0.1:\(front.port)", ["--mechanism", mechanism])
                #expect(yes.status == 0, "\(yes.output)\(yes.errors)")
                #expect(yes.output.split(separator: "\n").contains { $0 == said }, "\(yes.output)")
                #expect(yes.output.hasSuffix("\naccepted\n"))
                // PAM takes its time for a wrong password.
                guard mechanism == "cram-md5" || mechanism == "plain" else { continue }
                let no = probe("127.0.0.1:\(front.port)", ["--mechanism", mechanism], secret: "wrongsecret")
                #expect(no.status == 1)
                #expect(no.errors == "checkpwdctl: server refused the login: 535 5.7.8 authentication failed\n")
                for output in [yes.output, no.output] {
                    #expect(
                        !output.contains("wrongsecret") && !output.contains("cGFzcw") && !output.contains("d3Jvbmdz"))
                }
            }
        }

        @Test(.enabled(if: !Stage.isSanitized, "bounds the address space"))
        func `Dovecot is logged in to over STARTTLS, if its certificate is trusted`() {
            let dovecot = DovecotSubmission(.startTLS)
            let trusting = ["--starttls", "--ca", dovecot.certificate]
            for host in ["localhost", "127.0.0.1"] {
                for mechanism in ["plain", "login", "cram-md5", "auto"] {
                    let yes = probe("\(host):\(dovecot.port)", trusting + ["--mechanism", mechanism])
                    #expect(yes.status == 0, "\(yes.output)\(yes.errors)")
                    #expect(
                        yes.output.contains("\nC: STARTTLS\n")
                            && yes.output.contains("\n-- TLS 1.3, certificate verified\nC: EHLO "))
                }
            }
            #expect(probe("localhost:\(dovecot.port)", trusting, secret: "wrong").status == 1)
            let stranger = probe("localhost:\(dovecot.port)", ["--starttls"])
            #expect(stranger.status == 111)
            #expect(stranger.errors.hasPrefix("checkpwdctl: server's certificate is of no authority that is trusted; "))
            #expect(!stranger.output.contains("AUTH PLAIN *"))
            let anybody = probe("localhost:\(dovecot.port)", ["--starttls", "--insecure"])
            #expect(anybody.status == 0)
            #expect(anybody.output.contains("\n-- TLS 1.3, certificate not verified\n"))
        }

        @Test(.enabled(if: !Stage.isSanitized, "bounds the address space"))
        func `Dovecot is logged in to over TLS`() {
            let dovecot = DovecotSubmission(.tls)
            let yes = probe("localhost:\(dovecot.port)", ["--tls", "--ca", dovecot.certificate])
            #expect(yes.status == 0, "\(yes.errors)")
            #expect(yes.output.hasPrefix("-- TLS 1.3, certificate verified\nS: 220 mail.example.com"))
            #expect(yes.output.contains("C: AUTH PLAIN ********"))
        }

        @Test func `a server without STARTTLS gets no login`() {
            let front = Front()
            let outcome = probe("127.0.0.1:\(front.port)", ["--starttls", "--mechanism", "plain"])
            #expect(outcome.status == 1)
            #expect(outcome.errors.hasPrefix("checkpwdctl: STARTTLS not offered; nothing was sent in the clear"))
            #expect(!outcome.output.contains("AUTH PLAIN *"))
        }

        @Test func `a name with several addresses is tried at each`() throws {
            Stage.accounts
            let front = Front()
            let hosts = try String(contentsOfFile: "/etc/hosts", encoding: .utf8)
            defer { Stage.write("/etc/hosts", hosts) }
            Stage.write("/etc/hosts", hosts + "::1 several.test\n127.0.0.2 several.test\n127.0.0.1 several.test\n")
            let outcome = probe("several.test:\(front.port)", [])
            #expect(outcome.status == 0, "\(outcome.errors)")
        }

        /// A server of a few lines of Python that says what it is told to, and then listens.
        private func server(saying words: String) -> LoopbackServer {
            let script = """
                import socket, sys
                server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
                while True:
                    client, _ = server.accept()
                    try:
                        client.sendall(sys.argv[2].encode("latin-1"))
                        while client.recv(4096):
                            pass
                    except OSError:
                        pass
                    client.close()
                """
            return LoopbackServer { ["python3", "-c", script, "\($0)", words] }
        }

        @Test func `what a hostile server sends is shown escaped`() {
            let server = server(saying: "220 \u{1B}]0;title\u{7}\u{9B}2J\r\n550 and more\r\n")
            let outcome = probe("127.0.0.1:\(server.port)", [])
            #expect(outcome.status == 111)
            #expect(outcome.output.hasPrefix(#"S: 220 \x1b]0;title\x07\x9b2J"# + "\n"))
            #expect(outcome.errors == "checkpwdctl: server speaks before it is asked\n")
        }

        @Test func `a server that says nothing is left in time`() {
            let server = server(saying: "")
            let outcome = probe("127.0.0.1:\(server.port)", ["--timeout", "1"])
            #expect(outcome.status == 111)
            #expect(outcome.errors == "checkpwdctl: no answer in time\n")
        }

        @Test func `what a server said is not forgotten where it does not say goodbye`() {
            let server = server(saying: "554 no service\r\n")
            let outcome = probe("127.0.0.1:\(server.port)", [])
            #expect(outcome.status == 1)
            #expect(outcome.errors == "checkpwdctl: server refused: 554 no service\n")
        }

        @Test(arguments: [
            ("127.0.0.1:1", [], Int32(111), "server cannot be reached: 127.0.0.1:1: Connection refused"),
            ("no such host:25", [], 111, "server's name has no address: no such host:25"),
            ("host:port", [], 2, "bad server: host:port; give HOST:PORT"),
            ("localhost", ["--tls", "--ca", "/nonexistent"], 2, "certificates cannot be read: /nonexistent"),
        ])
        func `what cannot be done is said in one line`(server: String, options: [String], status: Int32, line: String) {
            let outcome = probe(server, options)
            #expect(outcome.status == status)
            #expect(outcome.errors.hasPrefix("checkpwdctl: \(line)"), "\(outcome.errors)")
            #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
        }

        @Test(arguments: [
            ["--tls", "--starttls"], ["--ca", "x"], ["--insecure"], ["--tls", "--insecure", "--ca", "x"],
            ["--timeout", "0"],
        ])
        func `options that do not fit are refused`(options: [String]) {
            #expect(probe("localhost", options).status == 64)
        }

        @Test func `on a terminal it has colours, unless they are not wanted`() {
            let server = server(saying: "550 no\r\n")
            let command = [Stage.checkpwdctl, "probe", "127.0.0.1:\(server.port)", "--login", "alice", "--stdin"]
            for (environment, isColoured) in [
                ("TERM=xterm", true), ("TERM=dumb", false), ("NO_COLOR=1 TERM=xterm", false),
            ] {
                let shown = Pseudoterminal.run(
                    ["/bin/sh", "-c", "echo pass | env \(environment) \"$0\" \"$@\""] + command)
                #expect(shown.contains("550 no"))
                #expect(shown.contains("\u{1B}[") == isColoured, "\(environment)")
            }
        }
    }
}
