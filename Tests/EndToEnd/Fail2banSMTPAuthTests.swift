import Foundation
import TestSupport
import Testing

extension OnStage {
    /// fail2ban reads what smtp-auth logs: real sessions, the real log line, the real fail2ban-regex.
    @Suite struct Fail2banSMTPAuthTests {
        init() { Stage.accounts }

        private static let attacker = "192.0.2.1"

        /// The beginnings of a line, in the log of a container and in syslog's.
        private static let collectors = [
            "smtp-auth: ", "2026-11-28T12:49:03.123456789Z stderr F smtp-auth: ", "2026-11-28T12:49:03.123456Z smtp-auth: ",
            "@400000006928f1a71234abcd smtp-auth: ", "2026-11-28_12:49:03.12345 smtp-auth: ",
            "Nov 28 12:49:03 mail smtp-auth[4711]: ", "2026-11-28T12:49:03.123+00:00 mail smtp-auth[4711]: ",
        ]

        /// The lines on standard error after a session with these commands.
        private static func log(
            _ commands: [String], authCommand: String = "/bin/false", _ options: [String] = ["--allow-plaintext"], from address: String = attacker
        ) -> [String] {
            let lines = (["EHLO x"] + commands + ["QUIT"]).map { $0 + "\r\n" }.joined()
            let outcome = Program(
                [
                    "/bin/sh", "-c", #"cat | "$0" "$@" | cat"#, Stage.smtpAuth, "--hostname", "mail.example.com", "--auth-command",
                    authCommand,
                ] + options
            ).run(input: Array(lines.utf8), environment: ["TCPREMOTEIP": address])
            #expect(outcome.output.contains("250 "), "\(outcome.errors)")
            return outcome.errors.split(separator: "\n").map(String.init)
        }

        /// The addresses that the filter finds, one for each line it matches.
        private func banned(_ lines: [String], by collector: String = "smtp-auth: ", mode: String? = nil) -> [String] {
            let folder = Folder()
            let text = lines.map { $0.replacing(#/^smtp-auth: /#, with: collector) }.joined(separator: "\n") + "\n"
            let filter = Stage.repository("docs/fail2ban/filter.d/pam-checkpwd.conf") + (mode.map { "[mode=\($0)]" } ?? "")
            let outcome = Program(["fail2ban-regex", "--out", "ip", folder.write("log", text.utf8), filter]).run()
            #expect(outcome.status == 0, "\(outcome.errors)\(outcome.output)")
            return outcome.output.split(separator: "\n").map(String.init)
        }

        private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

        /// Sessions that fail, each from an address of its own, and what smtp-auth logs of them. Once for all collectors: fail2ban-regex
        /// takes half a second for a log.
        private static let failures: [(what: String, commands: [String])] = [
            ("not base64", ["AUTH PLAIN !!!!"]), ("too many fields", ["AUTH PLAIN " + base64("a\0b\0c\0d")]),
            ("a NUL in a login", ["AUTH LOGIN " + base64("al\0ice")]), ("an argument too many", ["AUTH PLAIN a b"]),
            ("a NUL in a password", ["AUTH LOGIN " + base64("alice"), base64("pa\0ss")]),
            ("an invalid answer to CRAM-MD5", ["AUTH CRAM-MD5", base64("alice")]),
            ("an initial response to CRAM-MD5", ["AUTH CRAM-MD5 abc"]),
            ("another identity", ["AUTH PLAIN " + base64("root\0alice\0pass")]),
            ("too much", ["AUTH PLAIN " + base64("\0alice\0" + String(repeating: "x", count: 600))]),
            ("a line too long", ["AUTH PLAIN", String(repeating: "A", count: 13_000)]),
            ("a password that the auth command rejects", ["AUTH PLAIN " + base64("\0alice\0wrong")]),
        ]
        private static let hostileLogins = [
            #"x" rhost="198.51.100.7"#, "x\nsmtp-auth: verdict=\"rejected\" reason=\"not-base64\" mechanism=\"PLAIN\" rhost=\"198.51.100.7\"",
            "\u{1B}[2J", "a b", "rhost=198.51.100.7", "x\0y", #"" mechanism="PLAIN" rhost="198.51.100.7" login=""#,
        ]
        private static let sessions: [(what: String, address: String, lines: [String])] =
            (failures + hostileLogins.map { ("the login \($0)", ["AUTH LOGIN \(base64($0))", base64("pass")]) }).enumerated().map {
                let address = "192.0.2.\($0.offset + 10)"
                let options = ["--allow-plaintext", "--mechanisms", "LOGIN,PLAIN,CRAM-MD5"]
                return ($0.element.0, address, log($0.element.1, options, from: address))
            }

        @Test(arguments: collectors)
        func `a failure that only smtp-auth logs, and a hostile login, are each counted once, for their sender only`(collector: String) {
            let found = banned(Self.sessions.flatMap(\.lines), by: collector)
            #expect(found == Self.sessions.map(\.address), "\(Self.sessions.filter { session in found.count { $0 == session.address } != 1 })")
        }

        @Test func `a password before TLS is counted`() {
            let certificate = TestCertificate(in: Folder(), name: "mail.example.com")
            #expect(banned(Self.log(["AUTH PLAIN AGFsaWNlAHBhc3M="], certificate.options)) == [Self.attacker])
        }

        @Test(arguments: [
            ("accepted", "/bin/true", ["AUTH PLAIN AGFsaWNlAHBhc3M="]), ("temporary", "/bin/sh -c nothing-there", ["AUTH PLAIN AGFsaWNlAHBhc3M="]),
            ("given up", "/bin/false", ["AUTH LOGIN", "*"]), ("not offered", "/bin/false", ["AUTH CRAM-MD5"]),
            ("unknown", "/bin/false", ["AUTH XOAUTH2 abc"]), ("no command", "/bin/false", ["FROBNICATE"]),
        ])
        func `a session without a guess is not counted`(what: String, command: String, commands: [String]) {
            let lines = Self.log(commands, authCommand: command)
            #expect(!lines.isEmpty)
            #expect(banned(lines) == [], "\(what)")
        }

        @Test func `pam-checkpwd's own line is the one that counts, unless the jail says that it reads smtp-auth's`() {
            let lines = Self.log(["AUTH PLAIN \(Self.base64("\0alice\0wrong"))"], authCommand: "\(Stage.pamCheckpwd) -e -- /bin/true")
            let own = lines.filter { $0.hasPrefix("smtp-auth: ") }
            #expect(own.contains { $0.contains(#"reason="auth-command" status="1" command="pam-checkpwd" "#) }, "\(lines)")
            #expect(banned(own) == [])
            #expect(banned(own, mode: "smtp-auth") == [Self.attacker])
            let malformed = Self.log(["AUTH PLAIN !!!!"])
            #expect(banned(malformed, mode: "smtp-auth") == [Self.attacker])
            let pamCheckpwd =
                #"Nov 28 12:49:03 mail pam-checkpwd[1]: verdict="rejected" reason="unknown-login" mechanism="plain" "#
                + #"rhost="192.0.2.1" service="x" login="x""#
            #expect(banned([pamCheckpwd]) == [Self.attacker])
            #expect(banned([pamCheckpwd], mode: "smtp-auth") == [])
        }

        @Test func `a line of another program, or inside another line, bans no address`() throws {
            let line = try #require(Self.log(["AUTH PLAIN !!!!"]).first { $0.contains("verdict=") })
            #expect(banned([line]) == [Self.attacker])
            for other in ["other: ", "x smtp-auth: ", "said smtp-auth: ", "Nov 28 12:49:03 mail other[1]: smtp-auth: "] {
                #expect(banned([line], by: other) == [], "\(other)")
            }
        }
    }
}
