import Foundation
import TestSupport
import Testing

extension OnStage {
    /// The auth command, as smtp-auth starts it.
    @Suite struct AuthCommandTests {
        private let folder = Folder()

        @Test func `an auth command that hangs is 454, and dead afterwards`() throws {
            let script = folder.write("auth", "echo $$ >\(folder("id")); trap '' TERM; sleep 1000 & wait; wait\n".utf8)
            let front = Front(authCommand: "/bin/sh \(script)", ["--auth-timeout", "1"])
            let client = front.greeted()
            #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=")?.hasPrefix("454 4.7.0 ") == true)
            #expect(client.ask("NOOP")?.hasPrefix("250 ") == true)
            let text = try String(contentsOfFile: folder("id"), encoding: .utf8)
            let id = try #require(pid_t(text.trimmingCharacters(in: .newlines)))
            #expect(ProcessStatus.hasEnded(id))
            #expect(front.log(of: 1).last?.contains(#"verdict="temporary" reason="auth-command-timed-out""#) == true)
        }

        @Test func `a storm of logins is a queue`() throws {
            let script = folder.write(
                "auth", "echo + >>\(folder("seen")); sleep 0.1; echo - >>\(folder("seen")); exit 1\n".utf8)
            let front = Front(authCommand: "/bin/sh \(script)", ["--max-auth", "2"])
            let clients = (0..<10).map { _ in front.greeted() }
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

        @Test func `clients that leave while their logins wait keep neither the queue nor a place`() throws {
            let script = folder.write("auth", "echo $$ >>\(folder("ids")); sleep 1000\n".utf8)
            let front = Front(authCommand: "/bin/sh \(script)", ["--max-auth", "1", "--max-connections", "4"])
            func runs(_ count: Int) -> Bool {
                for _ in 0..<6000 {
                    let ids = (try? String(contentsOfFile: folder("ids"), encoding: .utf8)) ?? ""
                    if ids.split(separator: "\n").count == count { return true }
                    usleep(10_000)
                }
                return false
            }
            let first = front.greeted()
            first.send("AUTH PLAIN AGFsaWNlAHBhc3M=")
            #expect(runs(1))
            do {
                let others = (0..<3).map { _ in front.greeted() }
                for client in others {
                    client.send("AUTH PLAIN AGFsaWNlAHBhc3M=")
                    client.vanish()
                }
            }
            // As soon as the server has seen them go, there are three places again, and nobody waits.
            var clients: [Client] = []
            for _ in 0..<6000 where clients.count < 3 {
                let client = front.connect()
                if client.receive()?.hasPrefix("220 ") == true { clients.append(client) } else { usleep(10_000) }
            }
            #expect(clients.count == 3)
            // Whose client left before its turn was no login.
            #expect(!front.log.contains { $0.contains("verdict=") })
            #expect(try String(contentsOfFile: folder("ids"), encoding: .utf8).split(separator: "\n").count == 1)
        }

        @Test func `the auth command has a session of its own, and nobody else's client`() throws {
            let script = folder.write(
                "auth",
                """
                exec 9>\(folder("seen"))
                echo "$TCPREMOTEIP ${RELAYCLIENT-none} ${SMTPAUTHUSER-none} ${HOME-none}" >&9
                tr -d '\\0' <&3 >&9; echo >&9
                cut -d' ' -f6 /proc/$$/stat | sed "s/$$/own session/" >&9
                """.utf8)
            let front = Front(
                authCommand: "/bin/sh \(script)", environment: ["RELAYCLIENT": "", "SMTPAUTHUSER": "eve", "HOME": "/root"])
            #expect(front.greeted().ask("AUTH PLAIN AGFsaWNlAHBhc3M=") == "235 2.7.0 ok, go ahead")
            let seen = try String(contentsOfFile: folder("seen"), encoding: .utf8)
            #expect(seen == "127.0.0.1 none none none\nalicepass\nown session\n")
        }

        @Test func `the auth command has no descriptor but 0 to 3`() throws {
            // While the names are read there is one more, for the folder.
            let script = folder.write(
                "auth",
                """
                import os
                names = [int(name) for name in os.listdir("/proc/self/fd")]
                places = {number: os.readlink(f"/proc/self/fd/{number}") for number in names if os.path.exists(f"/proc/self/fd/{number}")}
                with open("\(folder("seen"))", "w") as seen:
                    print(sorted(places), places[0], places[1], places[3].split(":")[0], file=seen)
                """.utf8)
            let front = Front(authCommand: "python3 -I \(script)", ["--metrics", "127.0.0.1:0"])
            let other = front.greeted()
            #expect(front.greeted().ask("AUTH PLAIN AGFsaWNlAHBhc3M=") == "235 2.7.0 ok, go ahead")
            let seen = try String(contentsOfFile: folder("seen"), encoding: .utf8)
            #expect(seen == "[0, 1, 2, 3] /dev/null /dev/null pipe\n")
            #expect(other.ask("NOOP")?.hasPrefix("250 ") == true)
        }

        @Test func `the auth command has no terminal, even where smtp-auth has one`() throws {
            let script = folder.write(
                "auth", "echo $(ps -o tty= -p $PPID) $(ps -o tty= -p $$) >\(folder("seen"))\n".utf8)
            let shown = Pseudoterminal.run([
                "/bin/sh", "-c", #"printf 'AUTH PLAIN AGFsaWNlAHBhc3M=\r\nQUIT\r\n' | "$0" "$@" | cat"#, Stage.smtpAuth,
                "--hostname", "mail.example.com", "--allow-plaintext", "--auth-command", "/bin/sh \(script)",
            ])
            #expect(shown.contains("235 2.7.0 "), "\(shown)")
            let words = try String(contentsOfFile: folder("seen"), encoding: .utf8).split(whereSeparator: \.isWhitespace)
            #expect(words.count == 2)
            #expect(words.first?.hasPrefix("pts/") == true)
            #expect(words.last == "?")
        }

        @Test func `what the auth command writes, to whichever descriptor, never reaches the client`() throws {
            let script = folder.write(
                "auth", "for number in 0 1 2 3; do echo leaked >&$number; done; echo done >\(folder("seen")); exit 1\n".utf8)
            let front = Front(authCommand: "/bin/sh \(script)")
            let client = front.greeted()
            #expect(client.ask("AUTH PLAIN AGFsaWNlAHBhc3M=") == "535 5.7.8 authentication failed")
            #expect(client.ask("QUIT") == "221 2.0.0 mail.example.com closing connection")
            #expect(client.receive() == nil)
            #expect(try String(contentsOfFile: folder("seen"), encoding: .utf8) == "done\n")
            #expect(front.says("leaked"))
        }

        @Test(arguments: [
            ("netqmail", "PLAIN", #"alice\000pass\000\000"#), ("sqmail", "PLAIN", #"alice\000pass\000\000"#),
            ("indimail", "PLAIN", #"alice\000pass\000\000\002\000"#),
            ("indimail", "LOGIN", #"alice\000pass\000\000\001\000"#),
        ])
        func `the order of the fields is chosen`(order: String, mechanism: String, expected: String) throws {
            let script = folder.write("auth", "cat <&3 >\(folder("seen"))\n".utf8)
            let front = Front(authCommand: "/bin/sh \(script)", ["--field-order", order])
            let client = front.greeted()
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
    }
}
