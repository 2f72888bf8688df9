import Foundation
import TestSupport
import Testing

extension OnStage {
    /// Which mechanisms smtp-auth offers, and how it learns of it.
    @Suite struct OfferTests {
        private let folder = Folder()

        /// A program by the name of pam-checkpwd, which lets everybody in, and lists what is in the file `list`.
        private func standIn(_ listing: String) -> String {
            folder.write(
                "pam-checkpwd",
                """
                #!/bin/sh
                case $1 in
                --list-mechanisms)
                    echo "$*" >>\(folder("asked"))
                    \(listing)
                    exit
                    ;;
                esac
                cat <&3 >\(folder("seen"))

                """.utf8, mode: 0o700)
        }

        private static let plain = "AUTH PLAIN AGFsaWNlAHBhc3M="

        /// The mechanisms that a client is offered.
        private func offer(_ front: Front) -> String? {
            let client = front.greeted()
            client.send("EHLO client.example.com")
            while let line = client.receive() {
                if line.dropFirst(4).hasPrefix("AUTH ") { return String(line.dropFirst(9)) }
                if line.hasPrefix("250 ") { break }
            }
            return nil
        }

        /// Waits for an offer that comes soon.
        private func comesToOffer(_ front: Front, _ mechanisms: String) -> Bool {
            for _ in 0..<3000 {
                if offer(front) == mechanisms { return true }
                usleep(10_000)
            }
            return false
        }

        private func offerLines(_ front: Front) -> [String] { front.lines.filter { $0.contains(" offered=") } }

        @Test func `CRAM-MD5 is offered if pam-checkpwd lists it, at the start and on SIGHUP, and the log has the reason`() throws {
            folder.write("list", "plain\ncram-md5\napop\n".utf8)
            let front = Front(authCommand: "\(standIn("exec cat \(folder("list"))")) -s smtp -e -- /bin/true")
            #expect(offer(front) == "LOGIN PLAIN CRAM-MD5")
            #expect(offerLines(front) == [#"smtp-auth: offered="LOGIN,PLAIN,CRAM-MD5" reason="listed-by-auth-command""#])
            #expect(try String(contentsOfFile: folder("asked"), encoding: .utf8) == "--list-mechanisms -s smtp -e -- /bin/true\n")

            folder.write("list", "plain\n".utf8)
            kill(front.pid, SIGHUP)
            #expect(comesToOffer(front, "LOGIN PLAIN"))
            #expect(front.says(#"offered="LOGIN,PLAIN" reason="cram-md5-not-listed-by-auth-command""#))
            let client = front.greeted()
            #expect(client.ask("AUTH CRAM-MD5")?.hasPrefix("504 5.5.4 ") == true)
            #expect(front.says(#"verdict="rejected" reason="mechanism-not-offered" mechanism="CRAM-MD5" rhost="127.0.0.1""#))

            folder.write("list", "cram-md5\n".utf8)
            kill(front.pid, SIGHUP)
            #expect(comesToOffer(front, "LOGIN PLAIN CRAM-MD5"))
            #expect(offerLines(front).count == 3)
        }

        @Test(arguments: [
            ("echo cram-md5; echo 'pam-checkpwd: no store: /x' >&2; echo more >&2; exit 111", #"status="111" text="pam-checkpwd:\x20no\x20store:\x20/x""#),
            ("kill -9 $$", #"status="137""#), ("exit 2", #"status="2""#),
        ])
        func `if pam-checkpwd cannot list them, CRAM-MD5 is not offered, and the log says why`(listing: String, why: String) {
            let front = Front(authCommand: standIn(listing))
            #expect(offer(front) == "LOGIN PLAIN")
            #expect(offerLines(front) == [#"smtp-auth: offered="LOGIN,PLAIN" reason="auth-command-lists-nothing" \#(why)"#])
            #expect(front.greeted().ask(Self.plain) == "235 2.7.0 ok, go ahead")
        }

        @Test func `one that cannot be started is said to be so`() {
            let front = Front(authCommand: "/nowhere/pam-checkpwd")
            #expect(offer(front) == "LOGIN PLAIN")
            #expect(offerLines(front) == [#"smtp-auth: offered="LOGIN,PLAIN" reason="auth-command-lists-nothing" errno="2""#])
        }

        @Test func `a pam-checkpwd that hangs over its list after SIGHUP delays no login, and is killed`() throws {
            let listing = "test -e \(folder("slow")) || { echo cram-md5; exit; }; trap '' TERM; while :; do sleep 1; done"
            let front = Front(authCommand: standIn(listing))
            #expect(offer(front) == "LOGIN PLAIN CRAM-MD5")
            folder.write("slow", [])
            kill(front.pid, SIGHUP)
            while (try String(contentsOfFile: folder("asked"), encoding: .utf8)).split(separator: "\n").count < 2 { usleep(10_000) }
            #expect(front.greeted().ask(Self.plain) == "235 2.7.0 ok, go ahead")
            #expect(!front.lines.contains { $0.contains("no\\x20answer") })
            #expect(comesToOffer(front, "LOGIN PLAIN"))
            #expect(front.says(#"reason="auth-command-lists-nothing" text="no\x20answer\x20in\x20time""#))
            for _ in 0..<1000 where !front.children.isEmpty { usleep(10_000) }
            #expect(front.children == [])
        }

        @Test func `it has nothing to read, and no descriptor but 0 to 2`() throws {
            let program = folder.write(
                "pam-checkpwd",
                """
                #!/usr/bin/python3 -I
                import os, sys
                if sys.argv[1] == "--list-mechanisms":
                    names = [int(name) for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")]
                    print(sorted(names), repr(sys.stdin.read()), file=open("\(folder("seen"))", "w"))

                """.utf8, mode: 0o700)
            let front = Front(authCommand: program)
            #expect(offer(front) == "LOGIN PLAIN")
            #expect(try String(contentsOfFile: folder("seen"), encoding: .utf8) == "[0, 1, 2] ''\n")
        }

        @Test(arguments: [
            ("CRAM-MD5", "CRAM-MD5"), ("LOGIN,CRAM-MD5,PLAIN", "LOGIN CRAM-MD5 PLAIN"), ("PLAIN", "PLAIN"),
        ])
        func `with --mechanisms its mechanisms are offered, and pam-checkpwd is not asked`(names: String, offered: String) {
            for command in ["/bin/true", standIn("echo cram-md5")] {
                let front = Front(authCommand: command, ["--mechanisms", names])
                #expect(offer(front) == offered)
                #expect(offerLines(front) == [#"smtp-auth: offered="\#(names)" reason="named-by-option""#])
                #expect(!FileManager.default.fileExists(atPath: folder("asked")))
            }
        }

        @Test func `any other program is not asked, and CRAM-MD5 not offered`() {
            let front = Front(authCommand: "/bin/true")
            #expect(offer(front) == "LOGIN PLAIN")
            #expect(offerLines(front) == [#"smtp-auth: offered="LOGIN,PLAIN" reason="cram-md5-not-asked-for""#])
            kill(front.pid, SIGHUP)
            for _ in 0..<1000 where offerLines(front).count < 2 { usleep(10_000) }
            #expect(offerLines(front).count == 2)
        }

        @Test func `pam-checkpwd's fields are in IndiMail's order, unless --field-order says otherwise`() throws {
            for (options, end) in [([String](), "\0alice\0pass\0\0\u{2}\0"), (["--field-order", "netqmail"], "\0alice\0pass\0\0")] {
                let front = Front(authCommand: standIn("exit 0"), options)
                #expect(front.greeted().ask(Self.plain) == "235 2.7.0 ok, go ahead")
                let seen = try String(contentsOfFile: folder("seen"), encoding: .utf8)
                #expect(("\0" + seen).unicodeScalars.elementsEqual(end.unicodeScalars), "\(seen)")
            }
        }

        @Test func `a store with a secret has it offered, one without does not, by the real pam-checkpwd`() throws {
            Stage.accounts
            #expect(offer(Front()) == "LOGIN PLAIN CRAM-MD5")
            #expect(offer(Front("-m plain")) == "LOGIN PLAIN")
            #expect(offer(Front("-S \(folder("no-store"))")) == "LOGIN PLAIN")
            let front = Front("-K \(folder("no-key"))")
            #expect(offer(front) == "LOGIN PLAIN")
            #expect(offerLines(front).first?.contains(#"reason="auth-command-lists-nothing" status="111" text="pam-checkpwd:"#) == true)
        }

        @Test func `one session on standard input and output offers the same`() {
            for (listing, offered) in [("echo cram-md5", "LOGIN PLAIN CRAM-MD5"), ("exit 0", "LOGIN PLAIN")] {
                let outcome = Program([
                    "/bin/sh", "-c", #"printf 'EHLO x\r\nQUIT\r\n' | "$0" "$@" | cat"#, Stage.smtpAuth, "--hostname",
                    "mail.example.com", "--allow-plaintext", "--auth-command", standIn(listing),
                ]).run()
                #expect(outcome.output.contains("AUTH \(offered)\r\n"), "\(outcome.output)")
                #expect(!outcome.errors.contains("offered="))
            }
        }
    }
}
