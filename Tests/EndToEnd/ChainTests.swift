import Cryptography
import Foundation
import TestSupport
import Testing

extension OnStage {
    /// pam-checkpwd as a module of a chain: who is asked next, with what, and when nobody is.
    @Suite struct ChainTests {
        private let folder = Folder()

        init() {
            Stage.accounts
            VirtualAccounts.made
            Stage.service("permit")
            chmod(folder.path, 0o777)
        }

        private static let service = ["-s", InstalledService.prompt]

        /// What the next module was given, or nil where it was not asked.
        private var passedOn: [UInt8]? {
            FileManager.default.contents(atPath: folder("passed-on")).map(Array.init)
        }

        /// Runs a login with another module behind it, which keeps what it is given, and exits 7.
        private func run(
            _ bytes: [UInt8], _ options: [String], environment: [String: String] = [:]
        ) -> Program.Outcome {
            unlink(folder("passed-on"))
            return Login.run(
                bytes, options + ["--", "/bin/sh", "-c", #"cat <&3 >"$0"; exit 7"#, folder("passed-on")],
                environment: environment)
        }

        /// Five fields, as of a login name that holds NUL bytes.
        private static func smuggled(_ login: String, _ kind: Digest = .cramMD5) throws -> [UInt8] {
            try Login.indimail(login, "pass", kind, byte: 3).dropLast(2) + Array("anything\0\0".utf8)
        }

        private static var smuggledUpperCase: [UInt8] {
            get throws {
                let fields = try smuggled("alice").split(separator: 0, omittingEmptySubsequences: false)
                let digest = String(decoding: fields[2], as: UTF8.self).uppercased()
                return Array((fields[..<2] + [ArraySlice(digest.utf8)] + fields[3...]).joined(separator: [0]))
            }
        }

        // MARK: Who is asked next

        @Test(arguments: [
            ("a wrong password", Login.plain("alice", "wrong"), service),
            ("a login that PAM does not know", Login.plain("nosuchuser"), service),
            ("a login that the store does not know", try! Login.cramMD5("nosuchuser"), service),
            ("a wrong answer, CRAM-MD5", try! Login.cramMD5("alice", "wrong"), service),
            ("a wrong answer, APOP", try! Login.apop("alice", "wrong"), Login.threeFields + service),
            ("a wrong answer, with IndiMail's byte", try! Login.indimail("alice", "wrong", .cramMD5, byte: 3), service),
            ("DIGEST-MD5", Array("alice\0pass\0\0\u{A}\0".utf8), ["-s", "permit"]),
            ("XOAUTH2", Array("alice\0token\0\0\u{11}\0".utf8), ["-s", "permit"]),
            ("CRAM-MD5, not enabled", try! Login.cramMD5("alice"), ["-s", "permit", "-m", "plain"]),
            ("a password, not enabled", Login.plain("alice"), ["-s", "permit", "-m", "cram-md5"]),
            ("a wrong password of a virtual account", Login.plain(VirtualAccounts.login, "wrong"),
                service + VirtualAccounts.options),
            ("bytes that end without a NUL", Array("alice\0wrong".utf8), service),
            ("surplus fields without an answer", Array("alice\0wrong\0a\0b\0c\0".utf8), service),
            ("512 bytes", Array("alice\0".utf8) + [UInt8](repeating: 97, count: 506), service),
            ("64 KiB", Array("alice\0".utf8) + [UInt8](repeating: 97, count: 65530), service + ["--max-length", "65536"]),
        ])
        func `what is not ours goes to the next module, byte for byte`(
            what: String, bytes: [UInt8], options: [String]
        ) {
            let outcome = run(bytes, ["--chain"] + options)
            #expect(outcome.status == 7, "\(what)")
            #expect(passedOn == bytes)
            #expect(outcome.errors == "" && outcome.output == "")
            // Never without --chain.
            #expect(run(bytes, options).status == 1)
            #expect(passedOn == nil)
        }

        @Test(arguments: [
            ("an expired account", Login.plain("expired"), service),
            ("an expired account, by CRAM-MD5", try! Login.cramMD5("expired"), service),
            ("a password that must be changed", Login.plain("mustchange"), service),
            ("root, who may not be become", Login.plain("root"), ["-s", "permit"]),
            ("an empty login", Login.plain("", "pass"), service),
            ("an empty password", Login.plain("alice", ""), service),
            ("a stale challenge", try! Login.cramMD5("alice", to: Login.challenge(time: 1_267_585_100)), service),
            ("a challenge without a time", try! Login.cramMD5("alice", to: "<abc@mail.example.com>"), service),
            ("surplus fields with challenge and digest", try! smuggled("alice"), service),
            ("the same in upper-case digits", try! smuggledUpperCase, service),
            ("the same with SHA-256's digits", try! smuggled("alice", .cram(.sha256)), service),
            ("the same of an unknown login", try! smuggled("nosuchuser"), service),
            ("the same where no password is enabled", try! smuggled("alice"), service + ["-m", "cram-md5"]),
        ])
        func `what no other module may accept is final`(what: String, bytes: [UInt8], options: [String]) {
            let outcome = run(bytes, ["--chain"] + options)
            #expect(outcome.status == 1, "\(what)")
            #expect(passedOn == nil)
            #expect(outcome.errors == "")
        }

        @Test func `an answer given before is final`() throws {
            let bytes = try Login.cramMD5("alice")
            #expect(run(bytes, ["--chain"] + Self.service).status == 0)
            #expect(run(bytes, ["--chain"] + Self.service).status == 1)
            #expect(passedOn == nil)
        }

        @Test(arguments: ["perm_denied", "maxtries", "cred_expired", "authtok_expired", "acct_expired"])
        func `a refusal that is about the account is final`(code: String) {
            Stage.service("auth-\(code)", "auth required pam_debug.so auth=\(code)")
            #expect(run(Login.plain("alice"), ["--chain", "-s", "auth-\(code)"]).status == 1)
            #expect(passedOn == nil)
        }

        @Test(arguments: [
            ("nothing", []), ("one field", Array("alice\0".utf8)), ("too much", [UInt8](repeating: 97, count: 513)),
        ])
        func `the caller's fault is final`(what: String, bytes: [UInt8]) {
            #expect(run(bytes, ["--chain"] + Self.service).status == 2, "\(what)")
            #expect(passedOn == nil)
        }

        @Test(arguments: [
            ("no service file", Login.plain("alice"), ["-s", "mistyped"]),
            ("PAM's backend", Login.plain("alice"), ["-s", "unavailable"]),
            ("PAM's backend, and a wrong password", Login.plain("alice", "wrong"), ["-s", "unavailable"]),
            ("the store", try! Login.cramMD5("alice"), ["-S", "/nonexistent"] + service),
            ("the key", try! Login.cramMD5("alice", "wrong"), ["-K", "/nonexistent"] + service),
            ("the memory of answers", try! Login.cramMD5("alice"), ["--replay-cache", "/nonexistent/x"] + service),
            ("no user for a virtual account", Login.plain(VirtualAccounts.login), ["-p", "pam,store"] + service),
            ("no home", Login.plain("homeless"), service),
        ])
        func `where nobody can say, nobody else is asked`(what: String, bytes: [UInt8], options: [String]) {
            Stage.service("unavailable", "auth required pam_debug.so auth=authinfo_unavail")
            #expect(run(bytes, ["--chain"] + options).status == 111, "\(what)")
            #expect(passedOn == nil)
        }

        @Test func `modules stack`() {
            Stage.service("deny", "auth required pam_deny.so")
            Stage.must(Stage.checkpwdctl, "set", "--stdin", "stacked@example.com", input: "pass\n")
            let chain = ["--chain", "-s", "deny", "--", Stage.pamCheckpwd, "-e", "-p", "store"] + Self.service
            for (login, password, status) in [
                ("alice", "pass", Int32(0)), ("stacked@example.com", "pass", 0), ("alice", "wrong", 1), ("nobody1", "pass", 1),
            ] {
                let outcome = Login.run(Login.plain(login, password), chain + ["/bin/echo", "run"])
                #expect(outcome.status == status, "\(login)")
                #expect(outcome.output == (status == 0 ? "run\n" : ""))
            }
        }

        @Test func `the next module finds nothing changed`() {
            let show = "id -u; id -G; pwd; echo ${USER-none} $HOME ${AUTHSERVICE-none}; ls /proc/self/fd"
            func output(_ command: [String], _ bytes: [UInt8]) -> String {
                Program(command + ["/bin/sh", "-c", show]).run(descriptor3: bytes, environment: ["HOME": "/x"]).output
            }
            let bytes = Login.plain("alice", "wrong")
            #expect(output([Stage.pamCheckpwd, "--chain", "-i", "smtp"] + Self.service, bytes) == output([], bytes))
        }

        // MARK: Accepted

        @Test func `what is ours is accepted, and no other module is asked`() throws {
            for bytes in [Login.plain("alice"), try Login.cramMD5("alice"), try Login.apop("alice")] {
                let outcome = run(bytes, ["--chain"] + Login.threeFields + Self.service)
                #expect(outcome.status == 0)
                #expect(outcome.output == "" && outcome.errors == "")
                #expect(passedOn == nil)
            }
            #expect(run(Login.plain("alice"), ["--chain"] + Self.service, environment: ["POSTAUTH": ""]).status == 0)
            #expect(passedOn == nil)
        }

        /// A program for `$POSTAUTH` that says how it was called, and exits 9.
        private func postauth() -> [String: String] {
            let path = folder.write(
                "postauth", "#!/bin/sh\necho \"$# <$1> $(id -un) $(pwd) $USER\"\nexit 9\n".utf8, mode: 0o755)
            return ["POSTAUTH": path]
        }

        @Test(arguments: [
            ([], "alice", "alice /home/alice alice"), (["-H"], "alice", "alice /"),
            (["-e"], "alice", "root /"), (["--hold-session"], "alice", "alice /home/alice alice"),
        ])
        func `POSTAUTH runs as whom prog would, and its status is ours`(options: [String], login: String, rest: String) {
            let outcome = run(Login.plain(login), ["--chain"] + Self.service + options, environment: postauth())
            #expect(outcome.status == 9)
            #expect(outcome.output.hasPrefix("1 <\(login)> \(rest)"))
            #expect(passedOn == nil)
        }

        /// Only the side store knows such logins: PAM is not asked about them.
        @Test(arguments: ["a b", "  ", "-x", "$(id)", "*", "a;b"])
        func `POSTAUTH gets the login as one argument, whatever it holds`(login: String) {
            Stage.must(Stage.checkpwdctl, "set", "--stdin", "--", login, input: "pass")
            let outcome = run(Login.plain(login), ["--chain", "-e", "-p", "store", "-s", "permit"], environment: postauth())
            #expect(outcome.status == 9)
            #expect(outcome.output.hasPrefix("1 <\(login)> root"))
        }

        @Test func `a POSTAUTH that cannot run is a temporary failure`() {
            let outcome = run(
                Login.plain("alice"), ["--chain"] + Self.service, environment: ["POSTAUTH": "/nonexistent/program"])
            #expect(outcome.status == 111)
            #expect(outcome.errors.hasPrefix("pam-checkpwd: cannot run program: /nonexistent/program:"))
            #expect(passedOn == nil)
        }

        @Test func `POSTAUTH runs for no login that was not accepted`() {
            for bytes in [Login.plain("alice", "wrong"), Login.plain("expired"), []] {
                let outcome = run(bytes, ["--chain"] + Self.service, environment: postauth())
                #expect([7, 1, 2].contains(outcome.status))
                #expect(outcome.output == "")
            }
            // Nor without --chain.
            let outcome = Login.run(
                Login.plain("alice"), Self.service + ["/bin/echo", "run"], environment: postauth())
            #expect(outcome.output == "run\n")
        }

        // MARK: Who chooses

        @Test(arguments: ["NATIVE_CHECKPASSWORD", "DOVECOT_VERSION"], ["1", ""])
        func `the environment can force the native mode`(name: String, value: String) {
            let environment = [name: value].merging(postauth()) { $1 }
            #expect(run(Login.plain("alice", "wrong"), ["--chain"] + Self.service, environment: environment).status == 1)
            #expect(passedOn == nil)
            let accepted = Login.run(
                Login.plain("alice"), ["--chain"] + Self.service + ["/bin/echo", "run"], environment: environment)
            #expect(accepted.status == 0)
            #expect(accepted.output == "run\n")
        }

        /// A stack may set variables of the user's choice.
        @Test(arguments: ["NATIVE_CHECKPASSWORD", "DOVECOT_VERSION", "POSTAUTH", "AUTHSERVICE"])
        func `no variable of a PAM module decides what runs, or for which service`(name: String) {
            Stage.write("/etc/security/pam_env-chain.conf", "\(name) DEFAULT=/bin/false\nMARK DEFAULT=set\n")
            Stage.service("setting", "session required pam_env.so readenv=0 conffile=/etc/security/pam_env-chain.conf")
            let show = folder.write("show", "#!/bin/sh\necho $MARK ${AUTHSERVICE-none}\n".utf8, mode: 0o755)
            // Nothing runs where the caller names nothing.
            let nothing = run(Login.plain("alice"), ["--chain", "-s", "setting"])
            #expect(nothing.status == 0 && nothing.output == "" && passedOn == nil)
            let outcome = run(Login.plain("alice"), ["--chain", "-s", "setting"], environment: ["POSTAUTH": show])
            #expect(outcome.output == "set none\n" && outcome.status == 0 && passedOn == nil)
        }

        @Test(arguments: [
            ("POSTAUTH", "/bin/true"), ("CHAIN", "1"), ("PAM_CHECKPWD_OPTIONS", "--chain"), ("PAM_SERVICE", "--chain"),
            ("POSIXLY_CORRECT", "1"), ("NATIVE_CHECKPASSWORD", ""), ("AUTHSERVICE", "--chain"),
        ])
        func `no variable chooses the chain`(name: String, value: String) {
            let outcome = run(Login.plain("alice", "wrong"), Self.service, environment: [name: value])
            #expect(outcome.status == 1)
            #expect(passedOn == nil)
        }

        @Test(arguments: [
            "--chain\0wrong\0\0", "alice\0--chain\0\0", "alice\0wrong\0--chain\0", "alice\0wrong\0\0--chain\0",
            "alice\0wrong\0\0\u{1}\0--chain\0", "alice\0wrong\0\0c\0",
        ])
        func `nothing on descriptor 3 chooses the chain`(bytes: String) {
            #expect(run(Array(bytes.utf8), Self.service).status == 1)
            #expect(passedOn == nil)
        }

        @Test(arguments: [["--chain"], ["-c"], ["--", "--chain"]])
        func `nothing behind the program's name chooses the chain`(arguments: [String]) {
            let outcome = Login.run(Login.plain("alice", "wrong"), Self.service + ["/bin/echo"] + arguments)
            #expect(outcome.status == 1)
            #expect(outcome.output == "")
        }

        @Test func `with --dovecot there is no chain`() {
            #expect(run(Login.plain("alice", "wrong"), ["--chain", "--dovecot"] + Self.service).status == 1)
            #expect(passedOn == nil)
        }
    }
}
