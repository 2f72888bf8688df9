import Cryptography
import Foundation
import TestSupport
import Testing

/// A mail server, by what it writes on descriptor 3 for one login.
struct Caller: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// As the log has it.
    let mechanism: String
    let bytes: @Sendable (_ login: String, _ secret: String) throws -> [UInt8]

    init(_ name: String, _ mechanism: String, _ bytes: @escaping @Sendable (String, String) throws -> [UInt8]) {
        testDescription = name
        self.mechanism = mechanism
        self.bytes = bytes
    }

    private static func indimail(_ name: String, _ mechanism: String, _ digest: Digest, _ byte: UInt8) -> Caller {
        Caller("IndiMail's qmail-smtpd, \(name)", mechanism) { try Login.indimail($0, $1, digest, byte: byte) }
    }

    static let passwords = [
        Caller("classic, two fields", "plain") { Array("\($0)\0\($1)\0".utf8) },
        Caller("two fields, the second unterminated", "plain") { Array("\($0)\0\($1)".utf8) },
        Caller("classic, Dovecot, spamdyke: an empty timestamp", "plain") { Array("\($0)\0\($1)\0\0".utf8) },
        Caller("classic, a timestamp", "plain") { Array("\($0)\0\($1)\01267585100\0".utf8) },
        Caller("qmail-popup, USER and PASS", "plain") { Array("\($0)\0\($1)\0<20137.1267585100@mail.example.com>\0".utf8) },
        Caller("qpsmtpd", "plain") { Array("\($0)\0\($1)\0Y123456\0".utf8) },
        Caller("IndiMail's qmail-smtpd, LOGIN", "plain") { Array("\($0)\0\($1)\0\0\u{1}\0".utf8) },
        Caller("IndiMail's qmail-smtpd, PLAIN", "plain") { Array("\($0)\0\($1)\0\0\u{2}\0".utf8) },
    ]

    static let challenges = [
        Caller("qmail-popup, APOP", "apop") { try Login.apop($0, $1) },
        Caller("netqmail, CRAM-MD5", "cram-md5") { try Login.netqmail($0, $1) },
        Caller("s/qmail, CRAM-MD5", "cram-md5") { try Login.sqmail($0, $1) },
        indimail("CRAM-MD5", "cram-md5", .cramMD5, 3),
        indimail("CRAM-SHA1", "cram-sha1", .cram(.sha1), 4),
        indimail("CRAM-SHA224", "cram-sha224", .cram(.sha224), 5),
        indimail("CRAM-SHA256", "cram-sha256", .cram(.sha256), 6),
        indimail("CRAM-SHA384", "cram-sha384", .cram(.sha384), 7),
        indimail("CRAM-SHA512", "cram-sha512", .cram(.sha512), 8),
        indimail("CRAM-RIPEMD", "cram-ripemd", .cram(.ripemd160), 9),
    ]
}

extension OnStage {
    /// Every caller there is, and what an administrator decides about their logins.
    @Suite struct CallersTests {
        private let folder = Folder()

        init() {
            Stage.accounts
            VirtualAccounts.made
            Stage.service("permit")
        }

        /// What became of a login.
        private struct Outcome: Equatable {
            let status: Int32
            /// The log's word for why.
            let reason: String
        }

        private static let accepted = Outcome(status: 0, reason: "ok")

        /// Runs a login; the program runs if, and only if, the status is 0.
        private func outcome(_ bytes: [UInt8], _ options: [String] = []) -> Outcome {
            let syslog = Syslog()
            let service = options.contains("-s") ? [] : ["-s", InstalledService.prompt]
            let outcome = Login.run(bytes, service + options + ["--", "/bin/echo", "run"])
            #expect(outcome.output == (outcome.status == 0 ? "run\n" : ""))
            return Outcome(status: outcome.status, reason: Self.value("reason", in: syslog) ?? "")
        }

        private static func value(_ key: String, in syslog: Syslog) -> String? {
            guard let line = syslog.lines(of: "pam-checkpwd").last(where: { $0.contains("> verdict=") }),
                let start = line.range(of: " \(key)=\"")?.upperBound
            else { return nil }
            return String(line[start...].prefix { $0 != "\"" })
        }

        // MARK: Every caller

        @Test(arguments: Caller.passwords + Caller.challenges)
        func `the right secret is accepted, under the name of its mechanism`(caller: Caller) throws {
            let syslog = Syslog()
            let outcome = Login.run(
                try caller.bytes("alice", "pass"),
                ["-s", InstalledService.prompt, "--", "/usr/bin/id", "-un"])
            #expect(outcome.status == 0)
            #expect(outcome.output == "alice\n")
            #expect(Self.value("mechanism", in: syslog) == caller.mechanism)
        }

        @Test(arguments: Caller.passwords)
        func `a wrong password is not`(caller: Caller) throws {
            #expect(outcome(try caller.bytes("alice", "wrong")) == Outcome(status: 1, reason: "authentication-failed"))
            #expect(outcome(try caller.bytes("nosuchuser", "pass")).status == 1)
        }

        // Where nothing ends the second field, an empty one is none.
        @Test(arguments: Caller.passwords)
        func `an empty password is refused without asking PAM`(caller: Caller) throws {
            let bytes = try caller.bytes("alice", "")
            let isNone = bytes == Array("alice\0".utf8)
            #expect(
                outcome(bytes, ["-s", "permit"])
                    == Outcome(
                        status: isNone ? 2 : 1, reason: isNone ? "no-password-on-descriptor-3" : "empty-password"))
        }

        @Test(arguments: Caller.challenges)
        func `a wrong answer is not, and PAM would not be asked`(caller: Caller) throws {
            #expect(
                outcome(try caller.bytes("alice", "wrong"), ["-s", "permit"])
                    == Outcome(status: 1, reason: "wrong-answer-to-challenge"))
            #expect(
                outcome(try caller.bytes("nosuchuser", "pass"), ["-s", "permit"])
                    == Outcome(status: 1, reason: "login-has-no-secret"))
        }

        // 10 is DIGEST-MD5, 11 to 16 are kinds of SCRAM, 17 is XOAUTH2.
        @Test(arguments: UInt8(10)...17)
        func `a mechanism that nobody here speaks is refused without asking PAM`(byte: UInt8) {
            for bytes in ["alice\0pass\0\0", "alice\0pass\0response\0", "alice\0<1.2@x>\0b913a602c7eda7a495b4e6e7334d3890\0"] {
                #expect(
                    outcome(Array(bytes.utf8) + [byte, 0], ["-s", "permit"])
                        == Outcome(status: 1, reason: "mechanism-not-spoken"))
            }
        }

        @Test(arguments: [UInt8(0x12), 0x20, 0x31, 0xFF])
        func `a fourth field that is no mechanism's byte names none`(byte: UInt8) {
            #expect(outcome(Array("alice\0pass\0\0".utf8) + [byte, 0]) == Self.accepted)
        }

        @Test(arguments: [
            ("an answer to CRAM-SHA1 under CRAM-MD5's byte", Digest.cram(.sha1), UInt8(3)),
            ("an answer to CRAM-MD5 under CRAM-SHA1's", .cramMD5, 4), ("an answer to APOP under CRAM-MD5's", .apop, 3),
        ])
        func `the byte alone decides`(what: String, digest: Digest, byte: UInt8) throws {
            #expect(outcome(try Login.indimail("alice", "pass", digest, byte: byte)).status == 1, "\(what)")
        }

        @Test func `an answer is one in lower case, and whole`() throws {
            let bytes = try Login.indimail("alice", "pass", .cramMD5, byte: 3)
            let upper = bytes.map { (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) ? $0 - 32 : $0 }
            #expect(outcome(Array("alice".utf8) + upper.dropFirst(5)).status == 1)
            let short = bytes.dropLast(4) + [0, 3, 0]
            #expect(outcome(Array(short)).status == 1)
        }

        // MARK: A password like a digest

        @Test func `a password of 32 hexadecimal digits is one only with --hex-passwords`() throws {
            let password = "0123456789abcdef0123456789abcdef"
            Stage.must("useradd", "--create-home", "hexadecimal")
            Stage.must("chpasswd", input: "hexadecimal:\(password)\n")
            Stage.must(Stage.checkpwdctl, "set", "--stdin", "hexadecimal", input: "pass\n")
            let popup = Array("hexadecimal\0\(password)\0<1.\(Int(Date().timeIntervalSince1970))@mail.example.com>\0".utf8)
            #expect(outcome(popup) == Outcome(status: 1, reason: "wrong-answer-to-challenge"))
            #expect(outcome(popup, ["--hex-passwords"]) == Self.accepted)
            // No store is needed where no answers are enabled.
            #expect(outcome(popup, ["--hex-passwords", "-m", "plain", "-S", "/nonexistent"]) == Self.accepted)
            // An answer is one still, and a wrong one is a wrong password.
            #expect(outcome(try Login.apop("hexadecimal"), ["--hex-passwords"]) == Self.accepted)
            #expect(
                outcome(try Login.apop("hexadecimal", "wrong"), ["--hex-passwords"])
                    == Outcome(status: 1, reason: "authentication-failed"))
        }

        @Test func `--hex-passwords is about qmail-popup's order alone, and about no answer that was right`() throws {
            let options = ["--hex-passwords", "-s", "permit"]
            #expect(outcome(try Login.cramMD5("alice", "wrong"), options).reason == "wrong-answer-to-challenge")
            #expect(outcome(try Login.indimail("alice", "wrong", .cramMD5, byte: 3), options).status == 1)
            let answer = try Login.sqmail("alice")
            #expect(outcome(answer, options) == Self.accepted)
            #expect(outcome(answer, options).reason == "challenge-answered-before")
            #expect(outcome(try Login.apop("alice", to: Login.challenge(time: 1_267_585_100)), options).status == 1)
        }

        // MARK: Mechanisms

        @Test(arguments: [
            ("plain", "plain"), ("cram-md5", "cram-md5"), ("apop", "apop"), ("cram-sha256", "cram-sha256"),
            ("plain,cram-md5", "plain,cram-md5"),
        ])
        func `only the mechanisms that are enabled are accepted`(list: String, accepted: String) throws {
            let names = accepted.split(separator: ",").map(String.init)
            for caller in Caller.passwords + Caller.challenges {
                let outcome = outcome(try caller.bytes("alice", "pass"), ["-m", list])
                // In this one form an answer may be either's.
                let isOther =
                    list == "apop" && caller.testDescription.hasPrefix("s/qmail")
                    || list.contains("cram-md5") && caller.testDescription.hasSuffix("APOP")
                if isOther {
                    #expect(outcome == Outcome(status: 1, reason: "wrong-answer-to-challenge"), "\(caller)")
                } else if names.contains(caller.mechanism) {
                    #expect(outcome == Self.accepted, "\(caller)")
                } else {
                    #expect(outcome == Outcome(status: 1, reason: "mechanism-not-enabled"), "\(caller)")
                }
            }
        }

        // MARK: Age, and once

        /// When a challenge was made, in seconds; computed when the test runs.
        enum Moment {
            case fromNow(Int), fromBoot(Int), at(Int)

            var time: Int {
                var up = timespec()
                clock_gettime(CLOCK_BOOTTIME, &up)
                let now = Int(Date().timeIntervalSince1970)
                return switch self {
                case .fromNow(let seconds): now + seconds
                case .fromBoot(let seconds): now - up.tv_sec + seconds
                case .at(let time): time
                }
            }
        }

        @Test(arguments: [
            ("ten seconds old, of six hundred", Moment.fromNow(-10), [], "ok"),
            ("ten seconds old, of five", .fromNow(-10), ["--challenge-age", "5"], "challenge-too-old"),
            ("the tutorial's, of 2010", .at(1_267_585_100), [], "challenge-too-old"),
            ("the tutorial's, of any age", .at(1_267_585_100), ["--challenge-age", "0"], "ok"),
            ("half a minute ahead", .fromNow(30), [], "ok"),
            ("ten minutes ahead", .fromNow(600), [], "challenge-of-the-future"),
            ("ten minutes ahead, of any age", .fromNow(600), ["--challenge-age", "0"], "ok"),
            ("from before the boot", .fromBoot(-60), ["--challenge-age", "31536000"], "challenge-from-before-the-boot"),
        ])
        func `a challenge is young`(what: String, moment: Moment, options: [String], reason: String) throws {
            let time = moment.time
            for bytes in [
                try Login.cramMD5("alice", to: Login.challenge(time: time)),
                try Login.apop("alice", to: Login.challenge(time: time)),
                try Login.indimail("alice", "pass", .cram(.sha256), byte: 6, to: Login.challenge(time: time)),
            ] {
                #expect(outcome(bytes, options) == Outcome(status: reason == "ok" ? 0 : 1, reason: reason), "\(what)")
            }
        }

        @Test(arguments: ["<abc@mail.example.com>", "<abc.@mail.example.com>", "<1.2x@mail.example.com>", "<1.-5@x>"])
        func `a challenge without a time has no age`(challenge: String) throws {
            let bytes = try Login.cramMD5("alice", to: challenge)
            #expect(outcome(bytes) == Outcome(status: 1, reason: "challenge-without-a-time"))
            #expect(outcome(bytes, ["--challenge-age", "0"]) == Self.accepted)
        }

        /// Word for word (RFC 2195 by way of IndiMail's tutorial).
        @Test func `the tutorial's answer, of 2010, is right, and accepted once, with the age switched off`() {
            let bytes = Array(
                "postmaster@example.com\0<20137.1267585100@indimail.org>\0cee8397ab123a0d4f3a7fddbb9cb8719\0".utf8)
            let options = VirtualAccounts.options
            #expect(outcome(bytes, options) == Outcome(status: 1, reason: "challenge-too-old"))
            #expect(outcome(bytes, options + ["--challenge-age", "0"]) == Self.accepted)
            #expect(
                outcome(bytes, options + ["--challenge-age", "0"])
                    == Outcome(status: 1, reason: "challenge-answered-before"))
        }

        @Test func `an answer is accepted once, and a wrong one before it takes nothing away`() throws {
            let challenge = Login.challenge()
            #expect(outcome(try Login.cramMD5("alice", "wrong", to: challenge)).status == 1)
            #expect(outcome(try Login.cramMD5("alice", to: challenge)) == Self.accepted)
            for bytes in [try Login.cramMD5("alice", to: challenge), try Login.sqmail("alice", to: challenge)] {
                #expect(outcome(bytes) == Outcome(status: 1, reason: "challenge-answered-before"))
            }
        }

        @Test func `another name for the same account does not make it another answer`() throws {
            let challenge = Login.challenge()
            let options = ["-D", "example.net"]
            #expect(outcome(try Login.cramMD5("alice", to: challenge), options) == Self.accepted)
            for name in ["alice", "alice@example.net", "alice@EXAMPLE.net"] {
                #expect(
                    outcome(try Login.cramMD5(name, to: challenge), options)
                        == Outcome(status: 1, reason: "challenge-answered-before"), "\(name)")
            }
        }

        @Test func `a hundred processes that offer the same answer at once: one is accepted`() throws {
            let file = folder.write("login", try Login.cramMD5("alice"))
            let script = #"""
                for number in $(seq 100); do
                    { "$0" -s permit -m plain,cram-md5 -e -- /bin/true 3<"$1"; echo $?; } &
                done
                wait
                """#
            let outcome = Program(["/bin/sh", "-c", script, Stage.pamCheckpwd, file]).run()
            #expect(outcome.errors == "")
            let statuses = outcome.output.split(separator: "\n")
            #expect(statuses.filter { $0 == "0" }.count == 1)
            #expect(statuses.filter { $0 == "1" }.count == 99)
        }

        /// Places for a replay cache that are none.
        enum BadPlace: CaseIterable {
            case missing, file, open, link
        }

        @Test(arguments: BadPlace.allCases)
        func `without a memory of answers none is accepted`(place: BadPlace) throws {
            let path = folder("cache")
            switch place {
            case .missing: break
            case .file: folder.write("cache", [])
            case .open: mkdir(path, 0o755)
            case .link: symlink("/run", path)
            }
            let options = ["--replay-cache", place == .missing ? path + "/deeper" : path]
            let outcome = outcome(try Login.cramMD5("alice"), options)
            #expect(outcome.status == 111)
            #expect(outcome.reason == (place == .missing ? "replay-cache-cannot-be-made" : "not-private"))
            // A password needs none.
            #expect(self.outcome(Login.plain("alice"), options) == Self.accepted)
        }

        // MARK: Domains

        @Test(arguments: [
            ("alice@example.net", ["example.net"], true), ("alice@EXAMPLE.Net", ["example.net"], true),
            ("alice@example.edu", ["example.net", "example.edu"], true), ("alice", ["example.net"], true),
            ("alice@example.org", ["example.net"], false), ("alice@example.net", [], false),
            ("alice@mail.example.net", ["example.net"], false), ("alice@example.net@example.net", ["example.net"], false),
            ("@example.net", ["example.net"], false), ("ALICE@example.net", ["example.net"], false),
            ("root@example.net", ["example.net"], false),
        ])
        func `a login of a domain that is named is the system account`(
            login: String, domains: [String], isAlice: Bool
        ) throws {
            let options = domains.flatMap { ["-D", $0] }
            for bytes in [Login.plain(login), try Login.cramMD5(login)] {
                let outcome = Login.run(
                    bytes, options + ["-s", InstalledService.prompt, "--", "/bin/sh", "-c", "id -un; echo $HOME"])
                #expect(outcome.status == (isAlice ? 0 : 1))
                #expect(outcome.output == (isAlice ? "alice\n/home/alice\n" : ""))
            }
        }

        @Test func `the store is searched for the login as it was sent, then for the account`() throws {
            Stage.must(Stage.checkpwdctl, "set", "--stdin", "alice@own.example.net", input: "own\n")
            let options = ["-D", "own.example.net"]
            #expect(outcome(try Login.cramMD5("alice@own.example.net", "own"), options) == Self.accepted)
            #expect(outcome(try Login.cramMD5("alice@own.example.net", "pass"), options).status == 1)
            // The password is the account's.
            #expect(outcome(Login.plain("alice@own.example.net", "pass"), options) == Self.accepted)
        }

        // MARK: Virtual accounts

        private static let webmaster = VirtualAccounts.login

        @Test(arguments: Caller.passwords + Caller.challenges)
        func `a virtual account runs as its user, in its home, under its own name`(caller: Caller) throws {
            let user = try #require(getpwnam(VirtualAccounts.user)).pointee
            let outcome = Login.run(
                try caller.bytes(Self.webmaster, "pass"),
                ["-s", InstalledService.prompt] + VirtualAccounts.options
                    + ["--", "/bin/sh", "-c", "id -u; id -g; id -Gn; pwd; echo $USER $HOME $SHELL"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(
                outcome.output == """
                    \(user.pw_uid)
                    \(user.pw_gid)
                    vmail mailboxes
                    /var/vmail
                    \(Self.webmaster) /var/vmail \(String(cString: user.pw_shell))

                    """)
        }

        @Test func `PAM is not asked about a virtual account`() throws {
            Stage.service("deny", "auth required pam_deny.so", "account required pam_deny.so")
            for bytes in [Login.plain(Self.webmaster), try Login.cramMD5(Self.webmaster)] {
                #expect(outcome(bytes, ["-s", "deny"] + VirtualAccounts.options) == Self.accepted)
            }
            for bytes in [Login.plain(Self.webmaster, "wrong"), try Login.cramMD5(Self.webmaster, "wrong")] {
                #expect(outcome(bytes, ["-s", "permit"] + VirtualAccounts.options).status == 1)
            }
            #expect(
                outcome(Login.plain("nosecret@example.com"), ["-s", "permit"] + VirtualAccounts.options)
                    == Outcome(status: 1, reason: "login-has-no-secret"))
        }

        @Test func `a virtual account without a user to run as exits 111 with the hint, but not with --noenv`() throws {
            for bytes in [Login.plain(Self.webmaster), try Login.cramMD5(Self.webmaster)] {
                let outcome = Login.run(bytes, ["-p", "pam,store", "-s", "permit", "/bin/echo", "run"])
                #expect(outcome.status == 111)
                #expect(outcome.output == "")
                #expect(
                    outcome.errors == """
                        pam-checkpwd: virtual account has no user: \(Self.webmaster); --virtual-user names the account \
                        that it runs as, or use --noenv

                        """)
            }
            for bytes in [Login.plain(Self.webmaster), try Login.cramMD5(Self.webmaster)] {
                let outcome = Login.run(
                    bytes, ["-p", "pam,store", "-s", "permit", "-e", "/bin/sh", "-c", "id -u; echo $USER"])
                #expect(outcome.output == "0\n\(Self.webmaster)\n")
            }
        }

        @Test(arguments: [("nosuchuser", "virtual user is no system account"), ("root", "virtual user is root")])
        func `a virtual account's user that is no account, or root, is the administrator's mistake`(user: String, line: String) {
            let outcome = Login.run(
                Login.plain(Self.webmaster),
                ["-s", InstalledService.prompt, "-p", "pam,store", "--virtual-user", user, "/bin/echo", "run"])
            #expect(outcome.status == 111 && outcome.output == "")
            #expect(outcome.errors.hasPrefix("pam-checkpwd: \(line): \(user);"))
        }

        @Test(arguments: ["pam", "pam,store"])
        func `a system account that PAM refuses stays refused, though the store has its password`(source: String) {
            Stage.service("deny", "auth required pam_deny.so")
            for login in ["alice", "expired", "root", "daemon-like"] {
                let service = login == "alice" ? "deny" : InstalledService.prompt
                for options in [[], ["-e"], ["--virtual-user", VirtualAccounts.user]] {
                    #expect(outcome(Login.plain(login), ["-s", service, "-p", source] + options).status == 1, "\(login)")
                }
            }
        }

        @Test func `with --plain store the store has the password, and PAM the account`() throws {
            Stage.service("auth-denied", "auth required pam_debug.so auth=auth_err", "account required pam_unix.so")
            let options = ["-s", "auth-denied", "-p", "store"]
            #expect(outcome(Login.plain("alice"), options) == Self.accepted)
            #expect(outcome(Login.plain("alice", "wrong"), options) == Outcome(status: 1, reason: "wrong-password"))
            #expect(outcome(Login.plain("expired"), options).status == 1)
        }

        @Test func `without --plain there are no virtual passwords, and without --virtual-user no virtual answers`() throws {
            #expect(outcome(Login.plain(Self.webmaster)).status == 1)
            #expect(outcome(Login.plain(Self.webmaster), ["--virtual-user", VirtualAccounts.user]).status == 1)
            #expect(outcome(try Login.cramMD5(Self.webmaster)).status == 1)
            #expect(outcome(try Login.cramMD5(Self.webmaster), ["--virtual-user", VirtualAccounts.user]) == Self.accepted)
        }

        @Test(arguments: ["-S", "-K"])
        func `a store that cannot be asked is a temporary failure for a virtual account, and none for a system account`(
            option: String
        ) {
            let options = VirtualAccounts.options + [option, "/nonexistent"]
            #expect(outcome(Login.plain(Self.webmaster), options).status == 111)
            #expect(outcome(Login.plain("alice"), options) == Self.accepted)
        }

        // MARK: Long requests

        @Test(arguments: [(512, []), (1024, ["--max-length", "1024"]), (65536, ["--max-length", "65536"])])
        func `up to so many bytes are read, and one more is the caller's fault`(length: Int, options: [String]) {
            let bytes = Array("alice\0".utf8) + [UInt8](repeating: 97, count: length - 8) + [0, 0]
            #expect(outcome(bytes, ["-s", "permit"] + options) == Self.accepted)
            guard length < 65536 else { return }
            #expect(
                outcome(bytes + [0], ["-s", "permit"] + options)
                    == Outcome(status: 2, reason: "too-many-bytes-on-descriptor-3"))
        }

        @Test(arguments: ["511", "65537", "-1", "", "1k"])
        func `a length that none may have is a mistake`(length: String) {
            #expect(Login.run(Login.plain("alice"), ["--max-length", length, "/bin/echo", "run"]).status == 2)
        }
    }
}
