import Foundation
import TestSupport
import Testing

extension OnStage {
    /// The backend program, as smtp-auth starts it.
    @Suite struct ProgramBackendTests {
        private let folder = Folder()

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

        @Test func `the backend program is told who logged in, and relays`() {
            let front = Front(authCommand: "/bin/true", ["--offer", "8BITMIME"] + program)
            let client = front.greeted()
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
                authCommand: "/bin/true", ["--no-require-auth"] + program, environment: ["RELAYCLIENT": "", "SMTPAUTHUSER": "eve"])
            let client = front.greeted()
            #expect(client.ask("HELO client.example.com")?.hasPrefix("250 ") == true)
            #expect(client.ask("MAIL FROM:<a@example.com>") == "250 none,,,127.0.0.1,127.0.0.1,TCP,")
        }

        @Test func `what it offers is learnt, and learnt anew on SIGHUP`() {
            let front = Front(authCommand: "/bin/true", program)
            func offers(_ extension: String) -> Bool {
                let client = front.greeted()
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
            folder.write("program", "exit 1".utf8)
            kill(front.pid, SIGHUP)
            #expect(front.says("what is behind does not say what it offers: ended; what is offered stays as it was"))
            #expect(offers("SMTPUTF8"))
        }

        @Test func `a process without descriptors to spare refuses mail, says why, and goes on`() {
            let front = Front(authCommand: "/bin/true", ["--offer", "8BITMIME"] + program)
            func limit(_ number: Int) {
                let outcome = Program([
                    "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "prlimit", "--pid", "\(front.network)",
                    "--nofile=\(number):",
                ]).run()
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            func answer(_ client: Client) -> String? {
                #expect(client.ask("HELO client.example.com")?.hasPrefix("250 ") == true)
                #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=")?.hasPrefix("235 ") == true)
                return client.ask("MAIL FROM:<a@example.com>")
            }
            let (first, second) = (front.greeted(), front.greeted())
            // Those that are open stay so.
            limit(3)
            #expect(answer(first)?.hasPrefix("421 4.3.0 ") == true)
            limit(1024)
            #expect(answer(second)?.hasPrefix("250 ") == true)
            #expect(front.says(#"behind="cannot-open" errno="\#(EMFILE)""#))
        }

        @Test func `one that cannot be started is why the session ends, and the log has its errno`() {
            let front = Front(authCommand: "/bin/true", ["--offer", "8BITMIME", "--", "/nonexistent/program"])
            let client = front.greeted()
            #expect(client.ask("HELO client.example.com")?.hasPrefix("250 ") == true)
            #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=")?.hasPrefix("235 ") == true)
            #expect(client.ask("MAIL FROM:<a@example.com>")?.hasPrefix("421 4.3.0 ") == true)
            #expect(front.says(#"behind="cannot-open" errno="\#(ENOENT)""#))
        }
    }
}
