import CLibc
import Foundation
import TestSupport
import Testing

extension OnStage {
    /// Guesses that only the side store judges, and who may make them.
    @Suite struct StoreGuessTests {
        private let folder = Folder()

        init() {
            Stage.accounts
            VirtualAccounts.made
            Stage.service("permit")
        }

        /// Runs a login with the default delay.
        private func duration(_ bytes: [UInt8], _ options: [String]) -> (status: Int32, seconds: Double) {
            let start = ContinuousClock.now
            let outcome = Program([Stage.pamCheckpwd] + Login.everyMechanism + options + ["-e", "/bin/true"]).run(descriptor3: bytes)
            let passed = (ContinuousClock.now - start).components
            return (outcome.status, Double(passed.seconds) + Double(passed.attoseconds) / 1e18)
        }

        /// Made when its test runs: a challenge of the moment at which all tests began would be too old.
        private static let guesses: [(what: String, bytes: @Sendable () throws -> [UInt8], options: [String])] = [
            ("a wrong answer to a challenge", { try Login.cramMD5("alice", "wrong") }, []),
            ("a login without a secret", { try Login.cramMD5("nosuchuser") }, []),
            ("a wrong password at the store", { Login.plain("alice", "wrong") }, ["-p", "store"]),
            ("a virtual account's wrong password", { Login.plain("postmaster@example.com", "wrong") }, ["-p", "pam,store"]),
            ("a login that neither database nor store knows", { Login.plain("nosuchuser") }, ["-p", "pam,store"]),
            ("a login name with unsafe characters", { Login.plain("no account") }, []),
        ]

        @Test(arguments: guesses.indices)
        func `a wrong guess at the store takes as long as one at PAM, and --fail-delay 0 lets it take none`(
            guess: Int
        ) throws {
            let (what, bytes, options) = Self.guesses[guess]
            let delayed = duration(try bytes(), ["-s", "permit"] + options)
            #expect(delayed.status == 1 && delayed.seconds > 1.4, "\(what): \(delayed)")
            let atOnce = duration(try bytes(), ["-s", "permit", "--fail-delay", "0"] + options)
            #expect(atOnce.status == 1 && atOnce.seconds < 1.4, "\(what): \(atOnce)")
        }

        @Test func `a right answer is not delayed, and neither is a login that a chain passes on`() throws {
            #expect(duration(try Login.cramMD5("alice"), ["-s", "permit"]).seconds < 1.4)
            let passedOn = duration(try Login.cramMD5("alice", "wrong"), ["-s", "permit", "--chain"])
            #expect(passedOn.status == 0 && passedOn.seconds < 1.4)
        }

        /// A server that offers only LOGIN and PLAIN, sends two fields and lets NUL bytes through: the client puts a challenge of
        /// its own choice, and an answer to it that it overheard elsewhere, into the password.
        @Test(
            arguments: ["digest, then challenge", "challenge, then digest", "challenge, digest, and the byte of CRAM-MD5"],
            [[], ["-m", "plain"], Login.threeFields])
        func `without -m, no fields are a challenge and its answer`(order: String, options: [String]) throws {
            let bytes =
                switch order {
                case "digest, then challenge": try Login.sqmail("alice")
                case "challenge, then digest": try Login.netqmail("alice")
                default: try Login.cramMD5("alice")
                }
            let outcome = Program(
                [Stage.pamCheckpwd, "--fail-delay", "0", "-s", "permit", "-e"] + options + ["/bin/echo", "run"]
            ).run(descriptor3: bytes)
            let isNamed = options == Login.threeFields
            #expect(outcome.status == (isNamed ? 0 : 1))
            #expect(outcome.output == (isNamed ? "run\n" : ""))
        }

        @Test(arguments: [
            ("APOP", [], ["--hex-passwords"], "apop", "ok"),
            ("the password itself", Array("hexed\00123456789abcdef0123456789abcdef\0<1.2@x>\0".utf8), ["--hex-passwords"],
                "plain", "ok"),
            ("a wrong answer", Array("hexed\00123456789abcdef0123456789abcdee\0<1.2@x>\0".utf8), [],
                "cram-md5-or-apop", "wrong-answer-to-challenge"),
            ("a wrong password", Array("hexed\00123456789abcdef0123456789abcdee\0<1.2@x>\0".utf8), ["--hex-passwords"],
                "plain", "authentication-failed"),
        ])
        func `the log names the mechanism that decided`(
            what: String, bytes: [UInt8], options: [String], mechanism: String, reason: String
        ) throws {
            // Its challenge must be young.
            let bytes = what == "APOP" ? try Login.apop("hexed", "0123456789abcdef0123456789abcdef") : bytes
            if getpwnam("hexed") == nil {
                Stage.must("useradd", "--create-home", "hexed")
                Stage.must("chpasswd", input: "hexed:0123456789abcdef0123456789abcdef\n")
                Stage.must(
                    Stage.checkpwdctl, "set", "--stdin", "hexed", input: "0123456789abcdef0123456789abcdef\n")
            }
            let syslog = Syslog()
            _ = Login.run(
                bytes, ["-s", Stage.service("hexed", "auth required pam_unix.so nodelay")] + Login.threeFields + options
                    + ["/bin/true"])
            let line = syslog.lines(of: "pam-checkpwd").last { $0.contains("> verdict=") } ?? ""
            #expect(line.contains(#"reason="\#(reason)" mechanism="\#(mechanism)""#), "\(what): \(line)")
        }

        // MARK: --list-mechanisms

        private func list(_ options: [String]) -> Program.Outcome {
            Program([Stage.pamCheckpwd, "--list-mechanisms"] + options).run()
        }

        @Test func `--list-mechanisms prints only plain until the store has a secret`() {
            let places = ["-S", folder("secrets.mdb"), "-K", folder("store.key")]
            #expect(list(Login.everyMechanism + places).output == "plain\n")
            Stage.must(Stage.checkpwdctl, "store", "init", places[0], places[1], places[2], places[3])
            #expect(list(Login.everyMechanism + places).output == "plain\n")
            Stage.must(
                Stage.checkpwdctl, "secret", "set", "--stdin", places[0], places[1], places[2], places[3], "tim",
                input: "pass")
            #expect(list(places).output == "plain\n")
            let all = list(Login.everyMechanism + places)
            #expect(all.status == 0)
            #expect(
                all.output == """
                    plain
                    cram-md5
                    apop
                    cram-sha1
                    cram-sha224
                    cram-sha256
                    cram-sha384
                    cram-sha512
                    cram-ripemd

                    """)
            #expect(list(places + ["-m", "plain,cram-sha256", "-e", "--", "/bin/true"]).output == "plain\ncram-sha256\n")
            #expect(list(places + ["--resident", "-m", "cram-md5"]).output == "cram-md5\n")
        }

        @Test(arguments: [["-K", "/nonexistent/key"], ["-S", "/etc/passwd"]])
        func `--list-mechanisms exits 111 if store or key cannot be read`(options: [String]) {
            let outcome = list(Login.everyMechanism + options)
            #expect(outcome.status == 111 && outcome.output == "")
            #expect(outcome.errors.hasPrefix("pam-checkpwd: "))
        }

        /// MD5 without FIPS approval serves a mechanism that the administrator names.
        @Test func `on a FIPS host MD5 is there only for a mechanism that -m names`() {
            let configuration = folder.write("openssl.cnf", OpenSSLConfigurationTests.fipsOnly.utf8)
            func list(_ options: String...) -> String {
                Program([Stage.pamCheckpwd, "--list-mechanisms"] + options).run(environment: ["OPENSSL_CONF": configuration])
                    .output
            }
            #expect(list() == "plain\n")
            #expect(list("-m", "plain,cram-md5,cram-ripemd") == "plain\ncram-md5\ncram-ripemd\n")
        }

        // MARK: A server that keeps its auth command

        @Test func `a command without --resident whose descriptor 3 is a socket for packets ends at once, and names the option`() {
            var ends: [Int32] = [-1, -1]
            #expect(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
            defer { for end in ends { close(end) } }
            let errors = open(folder("errors"), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            let null = open("/dev/null", O_RDWR | O_CLOEXEC)
            defer {
                close(errors)
                close(null)
            }
            let words: [String] = [Stage.pamCheckpwd, "-e", "/bin/true"]
            let argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
            defer { argv.forEach { free($0) } }
            var pid: pid_t = 0
            let environment: [UnsafeMutablePointer<CChar>?] = [nil]
            #expect(clibc_spawn(&pid, argv, environment, [null, null, errors, ends[1]]) == 0)
            #expect(clibc_wait(pid) == 2)
            let message = FileManager.default.contents(atPath: folder("errors")).map { String(decoding: $0, as: UTF8.self) }
            #expect(message?.contains("descriptor 3 is a socket for packets; add --resident") == true)
        }
    }
}
