import Foundation
import TestSupport
import Testing

extension OnStage {
    /// An auth command that stays, as smtp-auth keeps it.
    @Suite struct KeptAuthCommandTests {
        private let folder = Folder()
        private static let plain = "AUTH PLAIN AGFsaWNlAHBhc3M="

        init() { Stage.accounts }

        /// A resident that is a script: `answer` is what it does with one packet, `conversation` the socket.
        private func script(_ answer: String) -> String {
            let script = folder.write(
                "resident",
                """
                import os, signal, socket, sys, time
                conversation = socket.socket(fileno=3)
                print(os.getpid(), file=open("\(folder("ids"))", "a"), flush=True)
                def say(status): conversation.send(packet[:1] + bytes([status]))
                while packet := conversation.recv(8192):
                    \(answer)
                """.utf8)
            return "python3 -I \(script)"
        }

        private var ids: [pid_t] {
            let text = (try? String(contentsOfFile: folder("ids"), encoding: .utf8)) ?? ""
            return text.split(separator: "\n").compactMap { pid_t($0) }
        }

        private func front(_ command: String, _ options: [String] = []) -> Front {
            Front(authCommand: command, ["--auth-resident"] + options)
        }

        @Test(arguments: ["LOGIN", "PLAIN", "CRAM-MD5"])
        func `pam-checkpwd decides, right and wrong`(mechanism: String) {
            let front = front("\(Stage.pamCheckpwd) --resident -m plain,cram-md5 -s \(InstalledService.prompt)")
            let curl = SMTPAuthTests.RealClient.curl
            let logins = [("alice", "pass", true), ("alice", "wrong", false), ("expired", "pass", false), ("alice", "pass", true)]
            for (login, password, isRight) in logins {
                #expect(curl.logsIn(front, by: mechanism, as: login, with: password) == isRight)
            }
            // One process for all of them.
            #expect(front.children.count == 1)
            #expect(front.log(of: logins.count).map { $0.contains(#"verdict="accepted""#) } == logins.map(\.2))
        }

        @Test func `it is asked what the session is, and by one process as long as one is enough`() {
            let front = front(
                script("print(packet[1:], file=open('\(folder("seen"))', 'a')); say(0 if b'pass' in packet else 1)"))
            for _ in 0..<3 {
                #expect(front.greeted().ask(Self.plain) == "235 2.7.0 ok, go ahead")
                #expect(front.greeted().ask("AUTH PLAIN AGFsaWNlAG5vbmU=") == "535 5.7.8 authentication failed")
            }
            #expect(ids.count == 1)
            let seen = (try? String(contentsOfFile: folder("seen"), encoding: .utf8)) ?? ""
            #expect(seen.hasPrefix("b'TCPREMOTEIP=127.0.0.1\\x00TCPREMOTEPORT="), "\(seen)")
            #expect(seen.split(separator: "\n").first?.hasSuffix("\\x00\\x00alice\\x00pass\\x00\\x00'") == true, "\(seen)")
        }

        @Test func `as many are kept as logins come at once, and no more than may run`() throws {
            let answer = """
                while not os.path.exists('\(folder("go"))'): time.sleep(0.01)
                    say(0)
                """
            let front = front(script(answer), ["--max-auth", "3"])
            for round in 1...2 {
                let clients = (0..<6).map { _ in front.greeted() }
                for client in clients { client.send(Self.plain) }
                for _ in 0..<6000 where ids.count < 3 { usleep(10_000) }
                if round == 1 { folder.write("go", []) }
                for client in clients { #expect(client.receive() == "235 2.7.0 ok, go ahead") }
            }
            #expect(ids.count == 3)
            #expect(front.children.count == 3)
        }

        @Test(arguments: [
            ("that it ended well", "os._exit(0)"), ("that the login is wrong", "os._exit(1)"),
            ("that it was killed", "os.kill(os.getpid(), 9)"),
            ("nothing, and has let go of its socket", "conversation.close(); time.sleep(1000)"),
            ("what is no answer to this question", "conversation.send(bytes([packet[0] ^ 1, 0])); time.sleep(1000)"),
            ("too much", "conversation.send(packet[:1] + b'\\0\\0'); time.sleep(1000)"),
        ])
        func `one that ends instead of an answer has let in nobody, and refused nobody`(what: String, answer: String) throws {
            let front = front(script(answer))
            let client = front.greeted()
            #expect(client.ask(Self.plain)?.hasPrefix("454 4.7.0 ") == true, "\(what)")
            #expect(front.says("instead of answering"))
            #expect(client.ask(Self.plain)?.hasPrefix("454 4.7.0 ") == true)
            #expect(ids.count == 2)
        }

        @Test(arguments: [
            ("reads all that comes, as a checkpassword program does", "cat <&3 >/dev/null; exit 1"),
            ("reads nothing, and ends", "exit 1"), ("ends with 0 at once", "exec /bin/true"),
        ])
        func `a program that was not made to stay is 454 long before its time is over, with a line of the log`(
            what: String, lines: String
        ) {
            let front = front("/bin/sh \(folder.write("checkpassword", lines.utf8))")
            let start = ContinuousClock.now
            #expect(front.greeted().ask(Self.plain)?.hasPrefix("454 4.7.0 ") == true, "\(what)")
            // --auth-timeout is 60 seconds.
            #expect(start.duration(to: .now) < .seconds(30))
            #expect(front.says("instead of answering"))
        }

        @Test func `one that takes its time for the first login is not taken for one that does not stay`() {
            let front = front(script("time.sleep(6); say(0)"))
            #expect(front.greeted().ask(Self.plain) == "235 2.7.0 ok, go ahead")
            #expect(!front.lines.contains { $0.contains("instead of answering") })
        }

        @Test func `what it said before its end is an answer`() {
            let front = front(script("say(0); os._exit(3)"))
            for _ in 0..<3 { #expect(front.greeted().ask(Self.plain) == "235 2.7.0 ok, go ahead") }
            #expect(!front.lines.contains { $0.contains("instead of answering") })
        }

        @Test(arguments: ["say(1); say(0)", "say(1); os.fork() or (time.sleep(0.5), say(0), os._exit(0))"])
        func `one that answers twice, at once or later, has not answered the next login`(answer: String) {
            let front = front(script(answer))
            for _ in 0..<2 {
                #expect(front.greeted().ask(Self.plain) == "535 5.7.8 authentication failed")
                // The second word is there before the next question, or comes after it.
            }
        }

        @Test func `an answer that comes when another login was asked is nobody's`() throws {
            // The first is answered at once, and a second time when the other login has been asked.
            let front = front(
                script("first = globals().get('first', packet); say(1) if first is packet else conversation.send(first[:1] + b'\\0')"))
            #expect(front.greeted().ask(Self.plain) == "535 5.7.8 authentication failed")
            #expect(front.greeted().ask(Self.plain)?.hasPrefix("454 4.7.0 ") == true)
        }

        @Test func `one that hangs is 454 and killed, and the next login has another`() throws {
            let front = front(
                script(
                    "signal.signal(15, signal.SIG_IGN); len(open('\(folder("ids"))').readlines()) > 1 or time.sleep(1000); say(0)"),
                ["--auth-timeout", "3"])
            #expect(front.greeted().ask(Self.plain)?.hasPrefix("454 4.7.0 ") == true)
            let first = try #require(ids.first)
            #expect(ProcessStatus.hasEnded(first))
            #expect(front.greeted().ask(Self.plain) == "235 2.7.0 ok, go ahead")
            #expect(ids.count == 2)
            #expect(front.log(of: 1).first?.contains(#"verdict="temporary" reason="auth-command-timed-out""#) == true)
        }

        @Test func `one that was killed while it waited is replaced`() throws {
            let front = front(script("say(0)"))
            for _ in 0..<3 {
                #expect(front.greeted().ask(Self.plain) == "235 2.7.0 ok, go ahead")
                let last = try #require(ids.last)
                kill(last, SIGKILL)
                #expect(ProcessStatus.hasEnded(last))
            }
            #expect(ids.count == 3)
            #expect(!front.log.contains { $0.contains("temporary") })
        }

        @Test func `SIGHUP has the next login decided by a new one`() throws {
            let front = front(script("say(0)"))
            #expect(front.greeted().ask(Self.plain) == "235 2.7.0 ok, go ahead")
            kill(front.pid, SIGHUP)
            #expect(ProcessStatus.hasEnded(try #require(ids.first)))
            #expect(front.greeted().ask(Self.plain) == "235 2.7.0 ok, go ahead")
            #expect(ids.count == 2)
        }

        @Test func `at the end they are gone`() throws {
            let front = front(script("say(0)"))
            #expect(front.greeted().ask(Self.plain) == "235 2.7.0 ok, go ahead")
            #expect(front.end() == 0)
            #expect(ProcessStatus.hasEnded(try #require(ids.first)))
        }

        @Test func `without --auth-command it is pam-checkpwd that stays`() {
            let help = Program([Stage.smtpAuth, "--help"]).run().output
            let words = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(words.contains("with --auth-resident pam-checkpwd --resident -s smtp -e)"), "\(words)")
        }

        @Test func `one that cannot be started is 454`() {
            let front = front("/nowhere/at-all")
            #expect(front.greeted().ask(Self.plain)?.hasPrefix("454 4.7.0 ") == true)
            #expect(front.log(of: 1).last?.contains(#"reason="cannot-start-auth-command" errno="2""#) == true)
        }

        @Test func `it has descriptors 0 to 3, and no other session's`() throws {
            let front = front(
                script(
                    """
                    names = sorted(os.listdir('/proc/self/fd'))[:-1]
                        places = [os.readlink(f'/proc/self/fd/{name}') for name in '01']
                        print(names, *places, file=open('\(folder("seen"))', 'w'))
                        say(0)
                    """),
                ["--metrics", "127.0.0.1:0"])
            let other = front.greeted()
            #expect(front.greeted().ask(Self.plain) == "235 2.7.0 ok, go ahead")
            let seen = try String(contentsOfFile: folder("seen"), encoding: .utf8)
            #expect(seen == "['0', '1', '2', '3'] /dev/null /dev/null\n", "\(seen)")
            #expect(other.ask("NOOP")?.hasPrefix("250 ") == true)
        }
    }
}
