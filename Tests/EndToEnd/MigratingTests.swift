import Foundation
import TestSupport
import Testing

extension OnStage {
    /// The command lines and the script of `docs/migrating.md`.
    @Suite struct MigratingTests {
        private let text: String

        init() throws {
            Stage.accounts
            text = try String(contentsOfFile: Stage.repository("docs/migrating.md"), encoding: .utf8)
        }

        /// The options of each `pam-checkpwd -s smtp ... -- /bin/true` in backticks, without the service.
        private var options: [[String]] {
            text.matches(of: /`pam-checkpwd -s smtp ([^`]*)-- \/bin\/true`/).map { $0.1.split(separator: " ").map(String.init) }
        }

        private func status(_ bytes: [UInt8], _ options: [String]) -> Int32 {
            Login.run(bytes, ["-s", InstalledService.prompt] + options + ["--", "/bin/true"]).status
        }

        @Test func `each SMTP command line accepts a right password, and an answer only if -m names CRAM-MD5`() throws {
            #expect(options.count >= 4)
            for options in options {
                #expect(status(Login.plain("alice"), options) == 0, "\(options)")
                #expect(status(Login.plain("alice", "wrong"), options) == 1, "\(options)")
                guard let list = options.firstIndex(of: "-m").map({ options[$0 + 1] }) else { continue }
                let accepted = list.contains("cram-md5")
                #expect(status(try Login.cramMD5("alice"), options) == (accepted ? 0 : 1), "netqmail \(options)")
                #expect(status(try Login.sqmail("alice"), options) == (accepted ? 0 : 1), "s/qmail \(options)")
            }
        }

        /// A server that lets a NUL in a password through, and offers LOGIN and PLAIN only.
        @Test func `with -m plain an answer that is sent as a password is a wrong password`() throws {
            let bytes = try Login.sqmail("alice", to: "<x.\(Int(Date().timeIntervalSince1970))@attacker.example.com>")
            #expect(status(bytes, ["-m", "plain", "-e"]) == 1)
            #expect(status(bytes, ["-m", "plain,cram-md5", "-e"]) == 0)
        }

        @Test func `each POP3 command line accepts a right password, and APOP only if -m names it`() throws {
            let lists = text.matches(of: /`pam-checkpwd -s pop3 -m ([a-z0-9,-]+) --/).map { String($0.1) }
            #expect(lists == ["plain", "plain,apop"])
            for list in lists {
                #expect(status(Login.plain("alice"), ["-m", list]) == 0)
                #expect(status(try Login.apop("alice"), ["-m", list]) == (list == "plain,apop" ? 0 : 1))
            }
        }

        /// As mod_authnz_external's method `pipe` runs it.
        @Test func `the script for Apache accepts a right password and no other`() throws {
            let folder = Folder()
            let script = try #require(text.firstMatch(of: #/```sh\n(#!/bin/sh\n\# DefineExternalAuth(?s).*?)```/#)?.1)
                .replacing("/usr/local/sbin/pam-checkpwd -s http", with: "\(Stage.pamCheckpwd) -s \(InstalledService.prompt)")
            let file = folder.write("apache-login", script.utf8, mode: 0o755)
            let syslog = Syslog()
            for (input, status) in [("alice\npass\n", Int32(0)), ("alice\n wrong\\ \n", 1), ("alice\n", 2), ("nosuchuser\npass\n", 1)] {
                let outcome = Program([file]).run(input: Array(input.utf8), environment: ["IP": "192.0.2.7"])
                #expect(outcome.status == status, "\(input)\(outcome.errors)")
            }
            #expect(syslog.lines(of: "pam-checkpwd").contains { $0.contains(#"verdict="accepted""#) && $0.contains(#"rhost="192.0.2.7""#) })
        }

        @Test func `a command line without a program exits 2, and not 0`() {
            #expect(Login.run(Login.plain("alice"), ["-s", InstalledService.prompt, "-e"]).status == 2)
        }
    }
}
