import CPlatform
import Foundation
import TestSupport
import Testing

extension OnStage {
    /// The two processes of smtp-auth: what each may, and how they begin and end.
    @Suite struct ProcessesTests {
        private let folder = Folder()

        private static let yes = "/bin/true"

        /// What /proc/PID/status says.
        private func status(_ pid: pid_t) -> [String: String] {
            let text = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
            let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                let value = line[line.index(after: colon)...].split(whereSeparator: \.isWhitespace)
                return (String(line[..<colon]), value.joined(separator: " "))
            }
            return Dictionary(pairs) { $1 }
        }

        /// Whether a process has ended, by now or within a minute.
        private func hasEnded(_ pid: pid_t) -> Bool {
            for _ in 0..<6000 {
                if kill(pid, 0) == -1 || status(pid)["State"]?.hasPrefix("Z") == true { return true }
                usleep(10_000)
            }
            return false
        }

        private func greeted(_ front: Front) -> Client {
            let client = front.connect()
            #expect(client.receive()?.hasPrefix("220 ") == true)
            return client
        }

        // MARK: What they may

        @Test func `who speaks with the network is nobody: no root, no group, no capability, and no way to any`() {
            let front = Front(authCommand: Self.yes)
            let network = status(front.network)
            #expect(network["Uid"] == "65534 65534 65534 65534")
            #expect(network["Gid"] == "65534 65534 65534 65534")
            #expect(network["Groups"] == "")
            for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] { #expect(network[set] == "0000000000000000") }
            #expect(network["NoNewPrivs"] == "1")
            #expect(status(front.pid)["Uid"] == "0 0 0 0")
            #expect(status(front.pid)["Threads"] == "1")
        }

        @Test func `--user says who it is, and --chroot where`() throws {
            chmod(folder.path, 0o755)
            let front = Front(authCommand: Self.yes, ["--user", "daemon", "--chroot", folder.path])
            #expect(status(front.network)["Uid"] == "1 1 1 1")
            let root = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(front.network)/root")
            #expect(root == folder.path)
            #expect(greeted(front).ask("AUTH PLAIN AGFsaWNlAHBhc3M=") == "235 2.7.0 ok, go ahead")
        }

        @Test func `it has no file of the key open, and could not open it`() throws {
            let certificate = TestCertificate(in: folder, name: "mail.example.com")
            let front = Front(authCommand: Self.yes, certificate.options)
            for pid in [front.pid, front.network] {
                let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")
                let files = descriptors.compactMap {
                    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\($0)")
                }
                #expect(!files.isEmpty)
                #expect(!files.contains { $0.hasPrefix(folder.path) && $0.hasSuffix(".pem") })
            }
            let outcome = Program([
                "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "cat", certificate.key,
            ]).run()
            #expect(outcome.status != 0)
            #expect(certificate.subject(front.port) == "mail.example.com")
        }

        @Test func `one session on standard input is root's no more than any`() {
            let script = folder.write("auth", "grep -H Uid: $(printf '/proc/%s/status ' $(cat /proc/$PPID/task/*/children)) >\(folder("seen"))\n".utf8)
            let outcome = Program([
                "/bin/sh", "-c", #"printf 'AUTH PLAIN AGFsaWNlAHBhc3M=\r\nQUIT\r\n' | "$0" "$@" | cat"#, Stage.smtpAuth,
                "--hostname", "mail.example.com", "--allow-plaintext", "--auth-command", "/bin/sh \(script)",
            ]).run()
            #expect(outcome.output.contains("235 2.7.0 "), "\(outcome)")
            let seen = (try? String(contentsOfFile: folder("seen"), encoding: .utf8)) ?? ""
            #expect(seen.contains("\t65534\t65534\t65534\t65534"))
        }

        @Test func `where standard error is the client, too, nothing else is written to it`() {
            let script = folder.write("auth", "echo secrets of the backend >&2; exit 1\n".utf8)
            let outcome = Program([
                "/bin/sh", "-c", #"printf 'AUTH PLAIN AGFsaWNlAHBhc3M=\r\nQUIT\r\n' | "$0" "$@" 2>&1 | cat"#, Stage.smtpAuth,
                "--hostname", "mail.example.com", "--allow-plaintext", "--auth-command", "/bin/sh \(script)",
            ]).run()
            #expect(
                outcome.output.replacingOccurrences(of: "\r\n", with: "\n") == """
                    220 mail.example.com ESMTP
                    535 5.7.8 authentication failed
                    221 2.0.0 mail.example.com closing connection

                    """)
        }

        // MARK: The auth command

        @Test func `an auth command that hangs is 454, and dead afterwards`() throws {
            let script = folder.write("auth", "echo $$ >\(folder("id")); trap '' TERM; sleep 1000 & wait; wait\n".utf8)
            let front = Front(authCommand: "/bin/sh \(script)", ["--auth-timeout", "1"])
            let client = greeted(front)
            #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=")?.hasPrefix("454 4.7.0 ") == true)
            #expect(client.ask("NOOP")?.hasPrefix("250 ") == true)
            let text = try String(contentsOfFile: folder("id"), encoding: .utf8)
            let id = try #require(pid_t(text.trimmingCharacters(in: .newlines)))
            #expect(hasEnded(id))
            #expect(front.log.last?.contains(#"verdict="temporary" reason="auth-command-timed-out""#) == true)
        }

        @Test func `a storm of logins is a queue`() throws {
            let script = folder.write(
                "auth", "echo + >>\(folder("seen")); sleep 0.1; echo - >>\(folder("seen")); exit 1\n".utf8)
            let front = Front(authCommand: "/bin/sh \(script)", ["--max-auth", "2"])
            let clients = (0..<10).map { _ in greeted(front) }
            for client in clients { client.send("AUTH PLAIN AGFsaWNlAHBhc3M=") }
            for client in clients { #expect(client.receive()?.hasPrefix("535 5.7.8 ") == true) }
            var (running, most) = (0, 0)
            for line in try String(contentsOfFile: folder("seen"), encoding: .utf8).split(separator: "\n") {
                running += line == "+" ? 1 : -1
                most = max(most, running)
            }
            #expect((1...2).contains(most))
            #expect(front.children == [])
        }

        @Test func `the auth command has no terminal, no descriptor but 0 to 3, and nobody else's client`() throws {
            let script = folder.write(
                "auth",
                """
                exec 9>\(folder("seen"))
                echo "$TCPREMOTEIP ${RELAYCLIENT-none} ${SMTPAUTHUSER-none} ${HOME-none}" >&9
                tr -d '\\0' <&3 >&9; echo >&9
                ps -o tty= -p $$ >&9
                cut -d' ' -f6 /proc/$$/stat | sed "s/$$/own session/" >&9
                """.utf8)
            let front = Front(
                authCommand: "/bin/sh \(script)", environment: ["RELAYCLIENT": "", "SMTPAUTHUSER": "eve", "HOME": "/root"])
            #expect(greeted(front).ask("AUTH PLAIN AGFsaWNlAHBhc3M=") == "235 2.7.0 ok, go ahead")
            let seen = try String(contentsOfFile: folder("seen"), encoding: .utf8)
            #expect(seen == "127.0.0.1 none none none\nalicepass\n?\nown session\n")
        }

        @Test(arguments: [
            ("netqmail", "PLAIN", #"alice\000pass\000\000"#), ("sqmail", "PLAIN", #"alice\000pass\000\000"#),
            ("indimail", "PLAIN", #"alice\000pass\000\000\002\000"#),
            ("indimail", "LOGIN", #"alice\000pass\000\000\001\000"#),
        ])
        func `the order of the fields is chosen`(order: String, mechanism: String, expected: String) throws {
            let script = folder.write("auth", "cat <&3 >\(folder("seen"))\n".utf8)
            let front = Front(authCommand: "/bin/sh \(script)", ["--field-order", order])
            let client = greeted(front)
            if mechanism == "PLAIN" {
                #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=") == "235 2.7.0 ok, go ahead")
            } else {
                #expect(client.ask("AUTH LOGIN YWxpY2U=") == "334 UGFzc3dvcmQ6")
                #expect(client.ask("cGFzcw==") == "235 2.7.0 ok, go ahead")
            }
            let seen = try #require(FileManager.default.contents(atPath: folder("seen")))
            let text = seen.map { $0 < 32 ? String(format: "\\%03o", $0) : String(UnicodeScalar($0)) }.joined()
            #expect(text == expected)
        }

        // MARK: The program behind

        /// A mail server that answers MAIL with what it was told of the session.
        private var program: [String] {
            let script = folder.write(
                "program",
                #"""
                answer() { printf '%s\r\n' "$1"; }
                answer "220 behind"
                while read -r line; do
                    case $line in
                    EHLO*) answer "250-behind"; answer "250 8BITMIME" ;;
                    MAIL*) answer "250 ${RELAYCLIENT-none},$SMTPAUTHUSER,$SMTPAUTHMETHOD,$TCPREMOTEIP,$TCPLOCALIP,$PROTO,$HOME" ;;
                    QUIT*) answer "221 bye"; exit ;;
                    *) answer "250 ok" ;;
                    esac
                done
                """#.utf8)
            return ["--", "/bin/sh", script]
        }

        @Test func `the program behind hears who logged in, and relays`() {
            let front = Front(authCommand: Self.yes, ["--offer", "8BITMIME"] + program)
            let client = greeted(front)
            #expect(client.ask("HELO client.example.com")?.hasPrefix("250 ") == true)
            #expect(client.ask("MAIL FROM:<a@example.com>")?.hasPrefix("530 5.7.0 ") == true)
            #expect(front.children == [])
            #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=") == "235 2.7.0 ok, go ahead")
            #expect(client.ask("MAIL FROM:<a@example.com>") == "250 ,alice,PLAIN,127.0.0.1,127.0.0.1,TCP,")
            #expect(front.children.count == 1)
            #expect(client.ask("QUIT")?.hasPrefix("221 ") == true)
            for _ in 0..<6000 where front.children != [] { usleep(10_000) }
            #expect(front.children == [])
        }

        @Test func `for a stranger it does not`() {
            let front = Front(
                authCommand: Self.yes, ["--no-require-auth"] + program, environment: ["RELAYCLIENT": "", "SMTPAUTHUSER": "eve"])
            let client = greeted(front)
            #expect(client.ask("HELO client.example.com")?.hasPrefix("250 ") == true)
            #expect(client.ask("MAIL FROM:<a@example.com>") == "250 none,,,127.0.0.1,127.0.0.1,TCP,")
        }

        @Test func `what it offers is learnt, and learnt anew on SIGHUP`() {
            let front = Front(authCommand: Self.yes, program)
            func offers(_ extension: String) -> Bool {
                let client = greeted(front)
                client.send("EHLO client.example.com")
                var lines: [String] = []
                while let line = client.receive() {
                    lines.append(line)
                    if line.hasPrefix("250 ") { break }
                }
                return lines.contains { $0.dropFirst(4) == `extension` }
            }
            #expect(offers("8BITMIME"))
            folder.write("program", "printf '220 behind\\r\\n'; read line; printf '250-behind\\r\\n250 SMTPUTF8\\r\\n'; read line".utf8)
            kill(front.pid, SIGHUP)
            var tries = 0
            while !offers("SMTPUTF8"), tries < 1000 { tries += 1 }
            #expect(tries < 1000)
            #expect(!offers("8BITMIME"))
        }

        // MARK: Limits

        @Test(arguments: [
            (["--max-connections", "2"], "421 4.7.0 mail.example.com too many connections, try again later", "connections"),
            (
                ["--max-per-address", "2"],
                "421 4.7.0 mail.example.com too many connections from your address, try again later", "connections-of-address"
            ),
        ])
        func `one connection too many is told so, and others go on`(options: [String], reply: String, reason: String) {
            let front = Front(authCommand: Self.yes, options + ["--metrics", "127.0.0.1:0"])
            var first: Client? = greeted(front)
            let second = greeted(front)
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

        // MARK: Metrics and logs

        private func metrics(_ front: Front) -> String {
            let words = " for metrics"
            guard let line = front.lines.first(where: { $0.hasSuffix(words) }) else { return "" }
            let address = line.dropLast(words.count).split(separator: " ").last!
            return Program(["curl", "-sS", "--max-time", "60", "http://\(address)/metrics"]).run().output
        }

        @Test func `sessions and logins are counted, by mechanism and verdict`() {
            let front = Front(authCommand: "/bin/false", ["--metrics", "127.0.0.1:0"])
            let client = greeted(front)
            #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=")?.hasPrefix("535 ") == true)
            let text = metrics(front)
            #expect(text.contains("smtp_auth_sessions_total 1\n"))
            #expect(text.contains("smtp_auth_sessions_open 1\n"))
            #expect(text.contains(#"smtp_auth_logins_total{mechanism="PLAIN",verdict="rejected"} 1"# + "\n"))
            #expect(text.contains("smtp_auth_login_duration_seconds_count 1\n"))
        }

        @Test func `--syslog logs to syslog, facility mail, from both processes`() throws {
            let syslog = Syslog()
            let listener = Program([
                "python3", "-c", Self.withOneClient, Stage.smtpAuth, "--syslog", "--hostname", "mail.example.com",
                "--allow-plaintext", "--auth-command", "/bin/false",
            ]).run()
            #expect(listener.errors == "")
            let lines = syslog.lines(of: "smtp-auth")
            // Facility 2, severity 5.
            #expect(lines.contains { $0.hasPrefix("<21> ") && $0.contains(#"verdict="rejected""#) })
        }

        /// Runs a server on a socket of its own, logs in once, and ends the server.
        private static let withOneClient = """
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

        // MARK: Sockets of a supervisor

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
            let front = Front(authCommand: Self.yes, environment: ["NOTIFY_SOCKET": supervisor.path])
            #expect(supervisor.next() == "READY=1")
            kill(front.pid, SIGHUP)
            #expect(supervisor.next().hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
            #expect(supervisor.next() == "READY=1")
            #expect(front.end() == 0)
            #expect(supervisor.next() == "STOPPING=1")
        }

        @Test func `several addresses are served, of both kinds`() throws {
            let front = Front(authCommand: Self.yes, ["--listen", "127.0.0.1:0", "--listen", "[::1]:0", "--listen", "127.0.0.1:0"])
            let addresses = front.lines.compactMap { line in
                line.range(of: "listening on ").map { String(line[$0.upperBound...]) }
            }
            #expect(addresses.count == 3)
            for address in addresses {
                let outcome = Program(["curl", "-sS", "--max-time", "60", "smtp://\(address)", "-X", "NOOP"]).run()
                #expect(outcome.status == 0, "\(address): \(outcome.errors)")
            }
        }

        // MARK: Signals

        @Test func `SIGHUP changes the certificate of new sessions, and old ones go on`() throws {
            let certificate = TestCertificate(in: folder, name: "old.example.com")
            let front = Front(authCommand: Self.yes, certificate.options)
            let client = greeted(front)
            #expect(certificate.subject(front.port) == "old.example.com")
            certificate.renew("new.example.com")
            #expect(certificate.subject(front.port) == "old.example.com")
            kill(front.pid, SIGHUP)
            #expect(front.says("certificate replaced"))
            #expect(certificate.subject(front.port) == "new.example.com")
            #expect(client.ask("NOOP")?.hasPrefix("250 ") == true)
        }

        @Test(arguments: ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
        func `a broken certificate is told of, and the old one stays`(contents: String) {
            let certificate = TestCertificate(in: folder, name: "old.example.com")
            let front = Front(authCommand: Self.yes, certificate.options)
            folder.write("certificate.pem", contents.utf8)
            kill(front.pid, SIGHUP)
            #expect(front.says("the old certificate stays"))
            #expect(certificate.subject(front.port) == "old.example.com")
        }

        @Test func `SIGTERM lets a session finish, and takes no other`() {
            let front = Front(authCommand: Self.yes)
            let client = greeted(front)
            kill(front.pid, SIGTERM)
            #expect(front.says("no more connections"))
            #expect(Program(["curl", "-sS", "--max-time", "60", "smtp://127.0.0.1:\(front.port)"]).run().status == 7)
            #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=") == "235 2.7.0 ok, go ahead")
            #expect(client.ask("QUIT")?.hasPrefix("221 ") == true)
            #expect(cplatform_wait(front.pid) == 0)
        }

        @Test func `a session that does not finish is ended at the deadline`() {
            let front = Front(authCommand: Self.yes, ["--drain-timeout", "1"])
            let client = greeted(front)
            #expect(front.end() == 0)
            #expect(client.receive()?.hasPrefix("421 4.3.2 ") != false)
        }

        @Test func `a second SIGTERM does not wait`() {
            let front = Front(authCommand: Self.yes, ["--drain-timeout", "1000"])
            let network = front.network
            let client = greeted(front)
            kill(front.pid, SIGTERM)
            #expect(front.says("no more connections"))
            #expect(front.end() == 111)
            #expect(client.receive() == nil)
            #expect(hasEnded(network))
        }

        @Test func `the end of either process is the end of the other, and of what it started`() throws {
            let script = folder.write("auth", "echo $$ >\(folder("id")); sleep 1000\n".utf8)
            let front = Front(authCommand: "/bin/sh \(script)")
            greeted(front).send("AUTH PLAIN AGFsaWNlAHBhc3M=")
            while FileManager.default.contents(atPath: folder("id"))?.isEmpty != false { usleep(10_000) }
            let id = try #require(pid_t(String(contentsOfFile: folder("id"), encoding: .utf8).trimmingCharacters(in: .newlines)))
            kill(front.network, SIGKILL)
            #expect(cplatform_wait(front.pid) == 111)
            #expect(hasEnded(id))
            #expect(front.says("the network process has ended with status 137"))

            let other = Front(authCommand: Self.yes)
            let network = other.network
            #expect(other.end(SIGKILL) == 137)
            #expect(hasEnded(network))
        }
    }
}
