import Foundation
import TestSupport
import Testing

extension OnStage {
    /// Sockets that a supervisor listens on, and what it is told.
    @Suite struct ActivationTests {
        private let folder = Folder()

        /// Runs a server on a socket of its own, logs in once, and ends the server.
        static let withOneClient = """
            import os, signal, socket, sys
            listener = socket.create_server(("127.0.0.1", 0))
            pid = os.fork()
            if pid == 0:
                os.dup2(listener.fileno(), 3)
                os.set_inheritable(3, True)
                os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES="submission")
                os.execv(sys.argv[1], sys.argv[1:])
            client = socket.create_connection(listener.getsockname())
            listener.close()
            lines = client.makefile("rw", newline="\\r\\n")
            print(lines.readline().strip())
            client.sendall(b"AUTH PLAIN AGFsaWNlAHBhc3M=\\r\\n")
            print(lines.readline().strip())
            client.sendall(b"QUIT\\r\\n")
            print(lines.readline().strip())
            lines.close()
            client.close()
            os.kill(pid, signal.SIGTERM)
            print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            """

        @Test func `sockets that a supervisor listens on are served, and what announced them is not passed on`() throws {
            let script = folder.write("auth", "env | grep LISTEN_ >\(folder("seen"))\nexit 0\n".utf8)
            let outcome = Program([
                "python3", "-c", Self.withOneClient, Stage.smtpAuth, "--hostname", "mail.example.com", "--allow-plaintext",
                "--auth-command", "/bin/sh \(script)",
            ]).run()
            #expect(
                outcome.output == """
                    220 mail.example.com ESMTP
                    235 2.7.0 ok, go ahead
                    221 2.0.0 mail.example.com closing connection
                    0

                    """, "\(outcome.errors)")
            #expect(try String(contentsOfFile: folder("seen"), encoding: .utf8) == "")
        }

        @Test func `of the sockets that are passed on, the one named metrics is for scrapers`() {
            let script = """
                import os, signal, socket, sys, urllib.request
                mail, metrics = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
                pid = os.fork()
                if pid == 0:
                    for number, listener in zip((13, 14), (mail, metrics)):
                        os.dup2(listener.fileno(), number)
                    for number in (3, 4):
                        os.dup2(number + 10, number)
                        os.set_inheritable(number, True)
                    os.environ.update(LISTEN_FDS="2", LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES="smtp:metrics")
                    os.execv(sys.argv[1], sys.argv[1:])
                print(socket.create_connection(mail.getsockname()).makefile().readline().strip())
                with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % metrics.getsockname()[1]) as answer:
                    print([line for line in answer.read().decode().splitlines() if "sessions_total" in line][-1])
                os.kill(pid, signal.SIGTERM)
                print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
                """
            let outcome = Program([
                "python3", "-c", script, Stage.smtpAuth, "--hostname", "mail.example.com", "--drain-timeout", "1",
            ]).run()
            #expect(outcome.output == "220 mail.example.com ESMTP\nsmtp_auth_sessions_total 1\n0\n", "\(outcome.errors)")
        }

        @Test(arguments: [
            (["LISTEN_FDS": "1"], "smtp-auth: not a listening socket: descriptor 3; "),
            (["LISTEN_FDS": "x"], "smtp-auth: bad environment: LISTEN_FDS=x\n"),
            (["LISTEN_FDS": "0"], "smtp-auth: bad environment: LISTEN_FDS=0\n"),
            (["LISTEN_FDS": "1", "LISTEN_FDNAMES": "a:b"], "smtp-auth: bad environment: LISTEN_FDNAMES=a:b\n"),
        ])
        func `sockets that are none are refused`(environment: [String: String], words: String) {
            let outcome = Program(["/bin/sh", "-c", #"LISTEN_PID=$$ exec "$0" "$@" 3</dev/null"#, Stage.smtpAuth])
                .run(environment: environment)
            #expect(outcome.status == 64)
            #expect(outcome.errors.hasPrefix(words), "\(outcome.errors)")
        }

        @Test func `a supervisor hears of readiness, reloading and stopping`() {
            let supervisor = Supervisor(in: folder)
            let front = Front(authCommand: "/bin/true", environment: ["NOTIFY_SOCKET": supervisor.path])
            #expect(supervisor.next() == "READY=1")
            kill(front.pid, SIGHUP)
            #expect(supervisor.next().hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
            #expect(supervisor.next() == "READY=1")
            #expect(front.end() == 0)
            #expect(supervisor.next() == "STOPPING=1")
        }

        @Test func `several addresses are served, of both kinds`() throws {
            let front = Front(authCommand: "/bin/true", ["--listen", "127.0.0.1:0", "--listen", "[::1]:0", "--listen", "127.0.0.1:0"])
            let addresses = front.lines.compactMap { line in
                line.range(of: "listening on ").map { String(line[$0.upperBound...]) }
            }
            #expect(addresses.count == 3)
            for address in addresses {
                let outcome = Program(["curl", "-sS", "--max-time", "60", "smtp://\(address)", "-X", "NOOP"]).run()
                #expect(outcome.status == 0, "\(address): \(outcome.errors)")
            }
        }
    }
}
