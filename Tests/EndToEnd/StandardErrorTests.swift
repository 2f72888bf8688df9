import Foundation
import TestSupport
import Testing

extension OnStage {
    /// Where messages go, and that the mail client reads none.
    @Suite struct StandardErrorTests {
        init() { Stage.accounts }

        private static let missing = ["-s", "nofile", "--", "/bin/echo", "run"]

        /// Does as qmail-popup for USER and PASS: standard error becomes the client's connection, the credentials come on
        /// descriptor 3, and what follows is the answer.
        private static let popup = """
            import os, sys
            os.write(1, b"+OK\\r\\n")
            credentials, writer = os.pipe()
            os.write(writer, b"alice\\0pass\\0\\0")
            os.close(writer)
            child = os.fork()
            if child == 0:
                os.dup2(1, 2)
                os.dup2(credentials, 3)
                os.set_inheritable(3, True)
                os.closerange(4, 64)
                os.execv(sys.argv[1], sys.argv[1:])
            _, status = os.waitpid(child, 0)
            os.write(1, b"status %d\\r\\n" % os.waitstatus_to_exitcode(status))
            """

        /// - Returns: all that a client of a tcpserver that runs this command reads.
        private func client(of command: [String]) -> String {
            let script = """
                import socket, subprocess, sys, time
                server = subprocess.Popen(["tcpserver", "-HRl0", "127.0.0.1", *sys.argv[1:]])
                for attempt in range(200):
                    try:
                        connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 30)
                        break
                    except ConnectionRefusedError: time.sleep(0.05)
                while read := connection.recv(4096): sys.stdout.write(read.decode())
                server.terminate()
                server.wait()
                """
            return Program(["python3", "-c", script, String(LoopbackPort.free())] + command).run().output
        }

        @Test(arguments: [[], ["-d"]])
        func `under tcpserver and qmail-popup the client reads no message, and the log has the verdict`(options: [String]) {
            let log = Syslog()
            let read = client(of: ["python3", "-c", Self.popup, Stage.pamCheckpwd] + options + Self.missing)
            #expect(read == "+OK\r\nstatus 111\r\n", "\(read)")
            let lines = log.lines(of: "pam-checkpwd")
            #expect(lines.contains { $0.contains(#"reason="no-service-file""#) }, "\(lines)")
        }

        @Test func `without a log either, the client still reads no message`() {
            let read = Syslog.without {
                client(of: ["python3", "-c", Self.popup, Stage.pamCheckpwd, "-d"] + Self.missing)
            }
            #expect(read == "+OK\r\nstatus 111\r\n", "\(read)")
        }

        @Test func `a module's words on standard error do not reach the client either, and the program has it back`() {
            let read = client(
                of: ["python3", "-c", Self.popup, Stage.pamCheckpwd, "-s", Stage.hostileService("account say"), "--"]
                    + ["/bin/sh", "-c", "echo to the client >&2; echo and this"])
            #expect(read == "+OK\r\nto the client\nand this\nstatus 0\r\n", "\(read)")
        }

        /// How the streams of a program are made, and whether a message that it has goes to standard error.
        @Test(arguments: [
            ("a socket to another host on 0, 1 and 2, as under inetd", "inet = socket.create_server((\"127.0.0.1\", 0)); c = socket.create_connection(inet.getsockname()); s, _ = inet.accept(); streams = (s, s, s); reader = c", false),
            ("a socket to another host on 2 alone", "inet = socket.create_server((\"127.0.0.1\", 0)); c = socket.create_connection(inet.getsockname()); s, _ = inet.accept(); n = open(\"/dev/null\", \"r+b\", 0); streams = (n, n, s); reader = c", false),
            ("one end of a socket pair on 0, 1 and 2", "s, c = socket.socketpair(); streams = (s, s, s); reader = c", false),
            ("one end of a socket pair on 2 alone, as the journal's", "s, c = socket.socketpair(); n = open(\"/dev/null\", \"r+b\", 0); streams = (n, n, s); reader = c", true),
            ("one pipe on 1 and 2", "r, w = os.pipe(); n = open(\"/dev/null\", \"r+b\", 0); streams = (n, w, w); reader = r", false),
            ("a pipe on 2 alone, as multilog's", "r, w = os.pipe(); n = open(\"/dev/null\", \"r+b\", 0); streams = (n, n, w); reader = r", true),
            ("a terminal on 0, 1 and 2", "import tty; r, w = pty.openpty(); tty.setraw(w); streams = (w, w, w); reader = r", true),
            ("one file on 1 and 2", "w = open(\"/run/messages\", \"w+b\", 0); n = open(\"/dev/null\", \"r+b\", 0); streams = (n, w, w); reader = w", true),
        ])
        func `a message goes to standard error unless that may be the client`(what: String, streams: String, isSafe: Bool) {
            let log = Syslog()
            let outcome = Program(
                [
                    "python3", "-c",
                    """
                    import os, pty, socket, subprocess, sys
                    \(streams)
                    number = lambda stream: stream if isinstance(stream, int) else stream.fileno()
                    process = subprocess.run(
                        sys.argv[1:], stdin=streams[0], stdout=streams[1], stderr=streams[2], pass_fds=[3])
                    print(process.returncode)
                    reader = number(reader)
                    if os.path.exists("/run/messages"): os.lseek(reader, 0, 0); os.unlink("/run/messages")
                    os.set_blocking(reader, False)
                    try: print(os.read(reader, 4096).decode(), end="")
                    except BlockingIOError: pass
                    """, Stage.pamCheckpwd,
                ] + Self.missing
            ).run(descriptor3: Login.plain("alice"))
            let message =
                "pam-checkpwd: no service file: /etc/pam.d/nofile: No such file or directory; write it (pam.d/pam-checkpwd is a model), "
                + "or name another service with --service\n"
            #expect(outcome.output == "111\n" + (isSafe ? message : ""), "\(what): \(outcome)")
            #expect(log.lines(of: "pam-checkpwd").filter { $0.contains("verdict=") }.count == 1)
        }

        // MARK: Without a log

        @Test func `without /dev/log the verdict goes to standard error, once`() {
            let rejected = #"pam-checkpwd: verdict="rejected" reason="authentication-failed" mechanism="plain" rhost="" service="pam-checkpwd""#
            let accepted = #"pam-checkpwd: verdict="accepted" reason="ok" mechanism="plain" rhost="" service="pam-checkpwd" login="alice""#
            Syslog.without {
                for options in [[], ["-d"]] {
                    let wrong = Login.run(Login.plain("alice", "wrong"), options + ["-s", Stage.installedWithoutDelay, "/bin/true"])
                    #expect(wrong.status == 1)
                    let expected = rejected.replacing("pam-checkpwd\"", with: "without-delay\"")
                    #expect(wrong.errors.split(separator: "\n").filter { $0.hasPrefix(expected) }.count == 1, "\(wrong)")
                    let right = Login.run(Login.plain("alice"), options + ["/bin/true"])
                    #expect(right.status == 0)
                    #expect(right.errors.split(separator: "\n").filter { $0 == accepted }.count == 1, "\(right)")
                }
            }
        }

        @Test func `a log that is a stream has the verdict, ended by a NUL byte`() {
            let outcome = Syslog.without {
                Program(
                    [
                        "python3", "-c",
                        """
                        import os, socket, subprocess, sys
                        log = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                        log.bind("/run/log"); log.listen()
                        print(subprocess.run(sys.argv[1:], pass_fds=[3]).returncode)
                        connection, _ = log.accept()
                        print(connection.recv(4096))
                        os.unlink("/run/log")
                        """, Stage.pamCheckpwd, "-s", Stage.hostileService("none"), "-e", "--", "/bin/true",
                    ]
                ).run(descriptor3: Login.plain("alice"))
            }
            #expect(outcome.errors == "")
            #expect(outcome.output.hasPrefix(#"0"# + "\n" + #"b'<86>pam-checkpwd["#), "\(outcome)")
            #expect(outcome.output.hasSuffix(#"]: verdict="accepted" reason="ok" mechanism="plain" rhost="" service="hostile" login="alice"\x00'"# + "\n"))
        }

        @Test func `smtp-auth --syslog writes to standard error while there is no log`() {
            let command = [Stage.smtpAuth, "--syslog", "--allow-plaintext", "--hostname", "mail.example.com", "--auth-command", "/bin/false"]
            let session = Program(
                ["/bin/sh", "-c", #"printf 'AUTH PLAIN AGFsaWNlAHBhc3M=\r\nQUIT\r\n' | "$0" "$@" | cat"#] + command)
            #expect(Syslog.without { session.run() }.errors.contains("smtp-auth: "))
            #expect(session.run().errors == "")
        }
    }
}
