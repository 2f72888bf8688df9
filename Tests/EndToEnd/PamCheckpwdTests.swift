import Foundation
import TestSupport
import Testing

extension OnStage {
    /// pam-checkpwd, as it is installed, with real modules and real accounts.
    @Suite struct PamCheckpwdTests {
        init() { Stage.accounts }

        // MARK: Accepted

        @Test func `the program runs as the user, with all groups, one that only PAM adds included`() throws {
            for bytes in [Login.plain("alice"), try Login.cramMD5("alice"), try Login.apop("alice")] {
                let outcome = Login.run(bytes, Login.threeFields + ["--", "/usr/bin/id"])
                #expect(outcome.status == 0, "\(outcome.errors)")
                let alice = try #require(getpwnam("alice")).pointee
                #expect(outcome.output.hasPrefix("uid=\(alice.pw_uid)(alice) gid=\(alice.pw_gid)(alice) groups="))
                for group in ["(alice)", "(mailers)", "(editors)"] { #expect(outcome.output.contains(group)) }
                #expect(!outcome.output.contains("(root)"))
                #expect(outcome.errors == "")
            }
        }

        @Test func `the program finds itself in the user's home, with USER, HOME and SHELL`() {
            let outcome = Login.run(
                Login.plain("alice"), ["/bin/sh", "-c", "pwd; echo $USER $HOME $SHELL $KEPT"],
                environment: ["USER": "other", "HOME": "/x", "KEPT": "kept"])
            #expect(outcome.output == "/home/alice\nalice /home/alice /bin/sh kept\n")
        }

        @Test func `descriptor 3 is closed for the program`() {
            let outcome = Login.run(Login.plain("alice"), ["/bin/sh", "-c", "ls /proc/self/fd"])
            // 3 is the directory that ls reads.
            #expect(outcome.output == "0\n1\n2\n3\n")
        }

        @Test(arguments: [
            (["-s", "permit", "/bin/sh", "-c", "exit 7"], Int32(7), ""),
            (["-s", "permit", "--", "/bin/sh", "-c", "exit 7"], 7, ""),
            (["-s", "permit", "/bin/sh", "-e", "SCRIPT"], 1, "before\n"),
        ])
        func `the program's options are its own`(arguments: [String], status: Int32, output: String) {
            Stage.service("permit")
            let folder = Folder()
            chmod(folder.path, 0o755)
            let script = folder.write("script", "echo before\nfalse\necho after\n".utf8, mode: 0o644)
            let outcome = Login.run(Login.plain("alice"), arguments.map { $0 == "SCRIPT" ? script : $0 })
            #expect(outcome.status == status)
            #expect(outcome.output == output)
        }

        @Test func `with --noenv the process stays as it is, apart from USER`() {
            let before = Program(["/bin/sh", "-c", "pwd; id"]).run(environment: ["HOME": "/x"])
            let outcome = Login.run(
                Login.plain("alice"), ["-e", "/bin/sh", "-c", "pwd; id; echo $USER $HOME"],
                environment: ["HOME": "/x"])
            #expect(outcome.output == before.output + "alice /x\n")
        }

        @Test func `without its home the user is not let in, unless --no-chdir-home says so`() {
            let refused = Login.run(Login.plain("homeless"), ["/bin/echo", "run"])
            #expect(refused.status == 111)
            #expect(refused.output == "")
            #expect(
                refused.errors == """
                    pam-checkpwd: cannot enter home directory: /home/homeless: No such file or directory; create it, or \
                    use --no-chdir-home

                    """)
            #expect(Login.run(Login.plain("homeless"), ["-H", "/bin/echo", "run"]).output == "run\n")
        }

        // MARK: Rejected

        @Test(arguments: [
            ("wrong password", Login.plain("alice", "wrong"), []),
            ("unknown account", Login.plain("nosuchuser"), []),
            ("empty password", Login.plain("alice", ""), ["-s", "permit"]),
            ("empty login", Login.plain("", "pass"), ["-s", "permit"]),
            ("NULs only", [0, 0], ["-s", "permit"]),
            ("many NULs only", [UInt8](repeating: 0, count: 512), ["-s", "permit"]),
            ("root", Login.plain("root"), []),
            ("a daemon's account", Login.plain("daemon-like"), []),
            ("nobody", Login.plain("nobody"), []),
            ("root, whom PAM permits, without --noenv", Login.plain("root"), ["-s", "permit"]),
            ("expired", Login.plain("expired"), []),
            ("password must be changed", Login.plain("mustchange"), []),
            ("a mechanism not spoken", Array("alice\0pass\0x\0\u{A}\0".utf8), ["-s", "permit"]),
        ])
        func `what is not acceptable exits 1, runs nothing and says nothing`(
            what: String, bytes: [UInt8], options: [String]
        ) {
            Stage.service("permit")
            let outcome = Login.run(bytes, options + ["--", "/bin/echo", "run"])
            #expect(outcome.status == 1, "\(what)")
            #expect(outcome.output == "")
            #expect(outcome.errors == "")
        }

        @Test(arguments: ["expired", "mustchange", "root", "daemon-like", "nobody"])
        func `an account that PAM refuses does not get in by another mechanism`(login: String) throws {
            for bytes in [try Login.cramMD5(login), try Login.apop(login)] {
                let outcome = Login.run(bytes, Login.threeFields + ["--", "/bin/echo", "run"])
                #expect(outcome.status == 1)
                #expect(outcome.output == "")
            }
        }

        @Test func `a wrong answer to a challenge, or a login without a secret, exits 1`() throws {
            for bytes in [try Login.cramMD5("alice", "wrong"), try Login.cramMD5("nosecret"), try Login.apop("alice", "x")] {
                #expect(Login.run(bytes, Login.threeFields + ["--", "/bin/echo", "run"]).status == 1)
            }
        }

        @Test func `an answer replayed with smuggled NUL bytes is a wrong password`() throws {
            var bytes = try Login.cramMD5("alice")
            bytes += Array("anything\0\0".utf8)
            #expect(Login.run(bytes, ["--", "/bin/echo", "run"]).status == 1)
        }

        // MARK: The caller's fault

        @Test(arguments: [
            ("empty", [], "descriptor 3 is empty"),
            ("513 bytes", [UInt8](repeating: 97, count: 513), "too many bytes on descriptor 3: more than 512"),
            ("no NUL", Array("alice".utf8), "no password on descriptor 3"),
            ("one field", Array("alice\0".utf8), "no password on descriptor 3"),
        ])
        func `a malformed descriptor 3 exits 2 with one line, and runs nothing`(
            what: String, bytes: [UInt8], line: String
        ) {
            Stage.service("permit")
            let outcome = Login.run(bytes, ["-s", "permit", "-e", "/bin/echo", "run"])
            #expect(outcome.status == 2, "\(what)")
            #expect(outcome.output == "")
            #expect(outcome.errors.hasPrefix("pam-checkpwd: \(line)"))
            #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
        }

        @Test func `a closed descriptor 3 exits 2 with one line, and runs nothing`() {
            Stage.service("permit")
            let outcome = Program(
                ["/bin/sh", "-c", #"exec "$0" -s permit -e /bin/echo run 3<&-"#, Stage.pamCheckpwd]
            ).run()
            #expect(outcome.status == 2)
            #expect(outcome.output == "")
            #expect(outcome.errors.hasPrefix("pam-checkpwd: descriptor 3 cannot be read: Bad file descriptor;"))
        }

        @Test(arguments: [
            (["-x", "/bin/echo"], "unknown option: -x"), ([], "no program to run"),
            (["-s", "../etc/passwd", "/bin/echo"], "bad service name: ../etc/passwd"),
        ])
        func `a mistake on the command line exits 2 with one line`(arguments: [String], line: String) {
            let outcome = Login.run(Login.plain("alice"), arguments)
            #expect(outcome.status == 2)
            #expect(outcome.errors.hasPrefix("pam-checkpwd: \(line);"))
            #expect(outcome.output == "")
        }

        // MARK: Temporary

        @Test func `a service without a file exits 111 and names it`() {
            let outcome = Login.run(Login.plain("alice"), ["-s", "mistyped", "/bin/echo", "run"])
            #expect(outcome.status == 111)
            #expect(outcome.errors.hasPrefix("pam-checkpwd: no service file: /etc/pam.d/mistyped: No such file"))
            #expect(outcome.output == "")
        }

        @Test func `with --allow-other PAM's fallback is used`() {
            let outcome = Login.run(Login.plain("alice"), ["-s", "mistyped", "--allow-other", "/bin/echo", "run"])
            #expect(outcome.output == "run\n")
        }

        @Test func `the service is the option's, else the environment's`() {
            let environment = ["PAM_SERVICE": "from-environment"]
            let named = Login.run(Login.plain("alice"), ["/bin/echo"], environment: environment)
            #expect(named.errors.contains("/etc/pam.d/from-environment"))
            let both = Login.run(Login.plain("alice"), ["-s", "from-option", "/bin/echo"], environment: environment)
            #expect(both.errors.contains("/etc/pam.d/from-option"))
        }

        @Test(arguments: [
            "authinfo_unavail", "system_err", "service_err", "abort", "buf_err", "conv_err", "cred_insufficient",
        ])
        func `a backend that cannot say exits 111, in each phase`(code: String) {
            Stage.service("auth-\(code)", "auth required pam_debug.so auth=\(code)")
            Stage.service("account-\(code)", "account required pam_debug.so acct=\(code)")
            for phase in ["auth", "account"] {
                let outcome = Login.run(Login.plain("alice"), ["-s", "\(phase)-\(code)", "/bin/echo", "run"])
                #expect(outcome.status == 111, "\(phase)")
                #expect(outcome.output == "")
                #expect(outcome.errors.contains("PAM_\(code.uppercased())"))
            }
        }

        @Test(arguments: ["auth_err", "user_unknown", "perm_denied", "maxtries", "acct_expired"])
        func `a backend that says no exits 1, in each phase`(code: String) {
            Stage.service("auth-\(code)", "auth required pam_debug.so auth=\(code)")
            Stage.service("account-\(code)", "account required pam_debug.so acct=\(code)")
            for phase in ["auth", "account"] {
                #expect(Login.run(Login.plain("alice"), ["-s", "\(phase)-\(code)", "/bin/echo", "run"]).status == 1)
            }
        }

        @Test func `the service file we install exits 111 where /etc/shadow cannot be read, by every mechanism`() throws {
            Stage.must("mv", "/etc/shadow", "/etc/shadow.away")
            defer { Stage.must("mv", "/etc/shadow.away", "/etc/shadow") }
            for bytes in [Login.plain("alice"), Login.plain("alice", "wrong"), try Login.cramMD5("alice")] {
                let outcome = Login.run(bytes, ["/bin/echo", "run"])
                #expect(outcome.status == 111)
                #expect(outcome.output == "")
                #expect(outcome.errors.contains("PAM_AUTHINFO_UNAVAIL"))
            }
        }

        @Test func `a module that is not installed exits 111`() {
            Stage.service("broken", "auth required pam_no_such_module.so")
            #expect(Login.run(Login.plain("alice"), ["-s", "broken", "/bin/echo", "run"]).status == 111)
        }

        /// The service file that we install, with another module in pam_unix's place: what it cannot say is not 'no'.
        @Test(arguments: [
            ("pam_no_such_module.so", Int32(111)), ("pam_debug.so auth=authinfo_unavail", 111),
            ("pam_debug.so auth=system_err", 111), ("pam_debug.so auth=service_err", 111),
            ("pam_debug.so auth=buf_err", 111), ("pam_debug.so auth=conv_err", 111), ("pam_debug.so auth=abort", 111),
            ("pam_debug.so auth=open_err", 111), ("pam_debug.so auth=symbol_err", 111),
            ("pam_debug.so auth=module_unknown", 111), ("pam_debug.so auth=cred_insufficient", 111),
            ("pam_debug.so auth=cred_unavail", 111), ("pam_debug.so auth=authtok_err", 111),
            ("pam_debug.so auth=try_again", 111), ("pam_debug.so auth=auth_err", 1),
            ("pam_debug.so auth=user_unknown", 1), ("pam_debug.so auth=maxtries", 1), ("pam_debug.so auth=ignore", 1),
            ("pam_debug.so auth=success", 0),
        ])
        func `the service file we install never tells a broken module as a wrong password`(
            module: String, status: Int32
        ) throws {
            let installed = try String(contentsOfFile: "/etc/pam.d/pam-checkpwd", encoding: .utf8)
            let lines = installed.split(separator: "\n").map { line in
                line.hasPrefix("auth") ? String(line).replacing("pam_unix.so", with: module) : String(line)
            }
            Stage.write("/etc/pam.d/other-module", lines.joined(separator: "\n") + "\n")
            let outcome = Login.run(Login.plain("alice"), ["-s", "other-module", "/bin/echo", "run"])
            #expect(outcome.status == status)
            #expect(outcome.output == (status == 0 ? "run\n" : ""))
        }

        @Test func `a service file without an auth line exits 111, since PAM would take 'other'`() {
            Stage.write("/etc/pam.d/no-auth", "# auth is missing\naccount required pam_permit.so\n")
            let outcome = Login.run(Login.plain("alice"), ["-s", "no-auth", "/bin/echo", "run"])
            #expect(outcome.status == 111)
            #expect(outcome.errors.hasPrefix("pam-checkpwd: service file has no auth line: /etc/pam.d/no-auth;"))
            for line in ["auth\trequired pam_permit.so", "  -AUTH required pam_permit.so", "@include common-auth"] {
                Stage.write("/etc/pam.d/has-auth", "account required pam_permit.so\n\(line)\n")
                #expect(Login.run(Login.plain("alice"), ["-s", "has-auth", "/bin/echo", "run"]).output == "run\n")
            }
        }

        @Test(arguments: [([UInt8](), "2"), (Login.plain("alice", "wrong"), "1"), (Login.plain("alice"), "0")])
        func `a closed pipe for standard error ends nothing`(bytes: [UInt8], status: String) {
            // The reader of standard error is gone before anything is written to it.
            let folder = Folder()
            let outcome = Program([
                "/bin/sh", "-c", #"{ sleep 0.2; "$0" -d /bin/true >/dev/null; echo $? >"$1"; } 2>&1 | exec true; cat "$1""#,
                Stage.pamCheckpwd, folder("status"),
            ]).run(descriptor3: bytes)
            #expect(outcome.output == status + "\n")
        }

        @Test func `an accepted login that is no account exits 111 and runs nothing, except with --noenv`() {
            Stage.service("permit")
            let outcome = Login.run(Login.plain("nosuchuser"), ["-s", "permit", "/bin/echo", "run"])
            #expect(outcome.status == 111)
            #expect(outcome.output == "")
            #expect(outcome.errors.hasPrefix("pam-checkpwd: accepted login is no system account: nosuchuser;"))
            #expect(Login.run(Login.plain("nosuchuser"), ["-s", "permit", "-e", "/bin/echo", "run"]).output == "run\n")
        }

        @Test(arguments: [
            (["-S", "/nonexistent/store"], "store cannot be opened: /nonexistent/store"),
            (["-K", "/nonexistent/key"], "key file cannot be read: /nonexistent/key"),
        ])
        func `a store or key that cannot be read exits 111`(options: [String], line: String) throws {
            let outcome = Login.run(try Login.cramMD5("alice"), options + ["/bin/echo", "run"])
            #expect(outcome.status == 111)
            #expect(outcome.errors.hasPrefix("pam-checkpwd: \(line): No such file or directory;"))
            // A password does not need the store.
            #expect(Login.run(Login.plain("alice"), options + ["/bin/echo", "run"]).output == "run\n")
        }

        @Test func `a program that cannot be run exits 111`() {
            let outcome = Login.run(Login.plain("alice"), ["/nonexistent/program"])
            #expect(outcome.status == 111)
            #expect(outcome.errors.hasPrefix("pam-checkpwd: cannot run program: /nonexistent/program: No such file"))
        }

        @Test func `whoever may not become the user exits 111 and runs nothing`() throws {
            Stage.service("permit")
            let outcome = Program(
                ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Stage.pamCheckpwd, "-s", "permit"]
                    + ["/bin/echo", "run"]
            ).run(descriptor3: Login.plain("alice"))
            #expect(outcome.status == 111)
            #expect(outcome.output == "")
            #expect(outcome.errors.hasPrefix("pam-checkpwd: cannot set group: alice: Operation not permitted;"))
        }

        // MARK: Standard output

        @Test func `only help and version write to standard output`() {
            let help = Login.run([], ["--help"])
            #expect(help.status == 0 && help.output.hasPrefix("usage: pam-checkpwd") && help.errors == "")
            let version = Login.run([], ["-V"])
            #expect(version.output.hasPrefix("pam-checkpwd 0.") && version.errors == "")
        }

        @Test func `--debug tells the steps and never the password`() throws {
            let password = "s3cr3t-Pa55"
            for bytes in [Login.plain("alice", password), try Login.cramMD5("alice"), Login.plain("alice")] {
                let outcome = Login.run(bytes, ["-d", "/bin/true"])
                #expect(outcome.errors.contains("pam-checkpwd: pam_"))
                #expect(!outcome.errors.contains(password))
                #expect(outcome.output == "")
            }
        }

        // MARK: The binary

        @Test(.disabled(if: Stage.isSanitized, "the sanitizer's build links more"))
        func `it links libpam, libc and what libpam itself needs, nothing else`() throws {
            func needs(_ path: String) -> Swift.Set<String> {
                let lines = Program(["ldd", path]).run().output.split(separator: "\n")
                return Swift.Set(lines.compactMap { $0.split(separator: " ").first?.trimmingPrefix("\t") }.map(String.init))
            }
            let libpam = try #require(
                Program(["ldd", Stage.pamCheckpwd]).run().output.split(separator: "\n").first { $0.contains("libpam.so.0") }?
                    .split(separator: " ")[2])
            #expect(needs(Stage.pamCheckpwd) == needs(String(libpam)).union(["libpam.so.0"]))
        }
    }
}
