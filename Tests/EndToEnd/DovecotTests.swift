import Foundation
import TestSupport
import Testing

extension OnStage {
    /// Dovecot 2.3 as a caller, by the configurations that `docs/dovecot` holds; and what of its ways a caller that is not
    /// Dovecot may use.
    @Suite(
        .disabled(if: Stage.isSanitized, "Dovecot bounds the address space, and the sanitizer needs more"), WithDovecot()
    ) struct DovecotTests {
        private let system, virtual: Dovecot

        init() throws {
            let servers = try #require(WithDovecot.servers)
            (system, virtual) = (servers.system, servers.virtual)
            InstalledService.write("imap")
        }

        /// Ways in which the backend cannot be asked.
        enum Outage: CaseIterable, Sendable {
            case unavailable, noServiceFile

            func begin() {
                switch self {
                case .unavailable: InstalledService.write("imap", "pam_debug.so auth=authinfo_unavail")
                case .noServiceFile: Stage.must("rm", "/etc/pam.d/imap")
                }
            }

            var words: String {
                switch self {
                case .unavailable: "PAM_AUTHINFO_UNAVAIL"
                case .noServiceFile: "no service file: /etc/pam.d/imap"
                }
            }
        }

        // MARK: doveadm auth test

        @Test func `doveadm's login of the right password succeeds`() {
            let outcome = system.doveadm("auth", "test", "alice", "pass")
            #expect(outcome.status == 0)
            #expect(outcome.output.hasPrefix("passdb: alice auth succeeded\n"))
        }

        // 77 is EX_NOPERM: doveadm has no other for a failure, and says 'temp_fail' where it is one.
        @Test(arguments: [("alice", "wrong"), ("nosuchuser", "pass"), ("root", "pass"), ("expired", "pass")])
        func `doveadm's login of who may not is a failure, and no temporary one`(login: String, password: String) {
            let outcome = system.doveadm("auth", "test", login, password)
            #expect(outcome.status == 77)
            #expect(outcome.output.hasPrefix("passdb: \(login) auth failed\n"))
            #expect(!outcome.output.contains("code=temp_fail"))
        }

        @Test(arguments: Outage.allCases, ["pass", "wrong"])
        func `doveadm's login is a temporary failure where the backend is down`(outage: Outage, password: String) {
            outage.begin()
            let outcome = system.doveadm("auth", "test", "alice", password)
            #expect(outcome.status == 77)
            #expect(outcome.output.contains("code=temp_fail"))
            #expect(system.log.contains(outage.words))
        }

        // MARK: doveadm user

        @Test func `doveadm finds a user, whatever PAM says`() throws {
            let alice = try #require(getpwnam("alice")).pointee
            let lines = ["uid\t\(alice.pw_uid)", "gid\t\(alice.pw_gid)", "home\t/home/alice"]
            let found = system.doveadm("user", "alice")
            #expect(found.status == 0)
            for line in lines { #expect(found.output.contains(line + "\n")) }
            Outage.noServiceFile.begin()
            #expect(system.doveadm("user", "alice").output == found.output)
        }

        // 67 is EX_NOUSER. Mail for root goes where an alias says, never to a mailbox of uid 0.
        @Test(arguments: ["nosuchuser", "root", VirtualAccounts.login])
        func `doveadm finds no user where there is none`(login: String) {
            let outcome = system.doveadm("user", login)
            #expect(outcome.status == 67)
            #expect((outcome.output + outcome.errors).contains("user \(login) doesn't exist"))
        }

        @Test func `a virtual account has the uid, gid and home of its user`() throws {
            let user = try #require(getpwnam(VirtualAccounts.user)).pointee
            let outcome = virtual.doveadm("user", VirtualAccounts.login)
            #expect(outcome.status == 0)
            for line in ["uid\t\(user.pw_uid)", "gid\t\(user.pw_gid)", "home\t/var/vmail"] {
                #expect(outcome.output.contains(line + "\n"))
            }
            #expect(virtual.doveadm("user", "nosuchuser").status == 67)
            #expect(virtual.doveadm("user", "alice").output.contains("home\t/home/alice\n"))
        }

        @Test func `a store that is away is a temporary failure, not an unknown user`() {
            let store = "/var/lib/pam-checkpwd/secrets.mdb"
            Stage.must("mv", store, store + ".away")
            defer { Stage.must("mv", store + ".away", store) }
            let outcome = virtual.doveadm("user", VirtualAccounts.login)
            // EX_TEMPFAIL.
            #expect(outcome.status == 75)
            #expect(!(outcome.output + outcome.errors).contains("doesn't exist"))
            #expect(virtual.logIn(VirtualAccounts.login) == .notNow)
        }

        // MARK: IMAP

        @Test(arguments: [
            ("alice", "pass", Dovecot.Answer.yes), ("alice", "wrong", .no), ("nosuchuser", "pass", .no),
            ("root", "pass", .no), ("expired", "pass", .no),
        ])
        func `an IMAP client is let in, or not`(login: String, password: String, answer: Dovecot.Answer) {
            for mechanism in ["PLAIN", "LOGIN"] {
                #expect(system.logIn(login, password, by: mechanism) == answer)
            }
        }

        @Test(arguments: Outage.allCases, ["pass", "wrong"])
        func `an IMAP client is told to try later where the backend is down`(outage: Outage, password: String) {
            outage.begin()
            #expect(system.logIn("alice", password) == .notNow)
        }

        @Test(arguments: [
            (VirtualAccounts.login, "pass", Dovecot.Answer.yes), (VirtualAccounts.login, "wrong", .no),
            ("nosecret@example.com", "pass", .no), ("alice", "pass", .yes), ("alice", "wrong", .no),
        ])
        func `virtual and system accounts log in side by side`(
            login: String, password: String, answer: Dovecot.Answer
        ) {
            #expect(virtual.logIn(login, password) == answer)
        }

        @Test func `a mailbox is the user's own`() throws {
            #expect(system.logIn("alice") == .yes)
            #expect(virtual.logIn(VirtualAccounts.login) == .yes)
            for (mailbox, user) in [("/home/alice/Maildir", "alice"), ("/var/vmail/Maildir", VirtualAccounts.user)] {
                let owner = try FileManager.default.attributesOfItem(atPath: mailbox)[.ownerAccountName] as? String
                #expect(owner == user)
            }
        }

        @Test func `PAM and the log hear where the IMAP client is`() {
            let syslog = Syslog()
            #expect(system.logIn("alice") == .yes)
            let lines = syslog.lines(of: "pam-checkpwd").filter { $0.contains("verdict=") }
            // One: the user database was not asked, since the login had told all.
            #expect(lines.count == 1)
            #expect(lines.first?.contains(#"verdict="accepted" reason="ok" mechanism="plain" rhost="127.0.0.1""#) == true)
        }

        // MARK: The secret itself

        @Test func `Dovecot gets no secret, and the log says so`() {
            let outcome = virtual.doveadm("auth", "lookup", "alice")
            #expect(outcome.status == 75)
            #expect(!(outcome.output + outcome.errors).contains("pass:"))
            #expect(virtual.log.contains("pam-checkpwd: credentials lookup refused; let Dovecot offer plain and login only"))
        }

        @Test(arguments: [["AUTHORIZED": "1", "CREDENTIALS_LOOKUP": "1"], ["CREDENTIALS_LOOKUP": "1"]])
        func `a lookup of the secret exits 111, runs nothing and is logged`(environment: [String: String]) {
            let syslog = Syslog()
            for bytes in [Login.plain("alice", ""), Login.plain("alice")] {
                let outcome = Login.run(bytes, ["--dovecot", "-s", "imap", "/bin/echo", "run"], environment: environment)
                #expect(outcome.status == 111)
                #expect(outcome.output == "")
                let lines = syslog.lines(of: "pam-checkpwd").filter { $0.contains("verdict=") }
                #expect(lines.count == 1)
                #expect(lines.first?.contains(#"verdict="temporary" reason="credentials-lookup-refused""#) == true)
            }
        }

        // MARK: What others may not do by Dovecot's ways

        /// Each of them with `AUTHORIZED=1` in the environment.
        @Test(arguments: [
            ("no password, without --dovecot", Login.plain("alice", ""), [], Int32(1)),
            ("no password, without --dovecot, with --noenv", Login.plain("alice", ""), ["-e"], 1),
            ("no password, in a chain", Login.plain("alice", ""), ["--chain"], 1),
            ("a wrong password, without --dovecot", Login.plain("alice", "wrong"), [], 1),
            ("a wrong password, with --dovecot", Login.plain("alice", "wrong"), ["--dovecot"], 1),
            ("a wrong password of nobody, with --dovecot", Login.plain("nosuchuser", "wrong"), ["--dovecot"], 1),
            ("a mechanism byte and no password", Array("alice\0<1.2@x>\0\0\u{3}\0".utf8), ["--dovecot"], 1),
            ("a mechanism not spoken", Array("alice\0\0\0\u{A}\0".utf8), ["--dovecot"], 1),
            ("no password field at all", Array("alice\0".utf8), ["--dovecot"], 2),
        ])
        func `AUTHORIZED opens no door`(what: String, bytes: [UInt8], options: [String], status: Int32) {
            let outcome = Login.run(
                bytes, options + ["-s", "imap", "/bin/echo", "run"], environment: ["AUTHORIZED": "1"])
            #expect(outcome.status == status, "\(what)")
            #expect(outcome.output == "")
        }

        @Test(arguments: [[], ["--dovecot"], ["-e"]], ["1", "2"])
        func `where a password is checked, AUTHORIZED is gone`(options: [String], value: String) {
            let outcome = Login.run(
                Login.plain("alice"), options + ["-s", "imap", "/bin/sh", "-c", "echo ${AUTHORIZED-gone}"],
                environment: ["AUTHORIZED": value])
            #expect(outcome.output == "gone\n")
        }

        @Test(arguments: ["", "0", "2", "11", "yes"])
        func `a lookup is AUTHORIZED=1 and nothing else`(value: String) {
            let outcome = Login.run(
                Login.plain("alice", ""), ["--dovecot", "-s", "imap", "/bin/echo", "run"],
                environment: ["AUTHORIZED": value])
            #expect(outcome.status == 1)
            #expect(outcome.output == "")
        }

        @Test func `exit status 3 is a lookup's alone`() {
            let lookup = ["AUTHORIZED": "1"]
            func status(_ login: String, _ password: String, _ options: [String], _ environment: [String: String]) -> Int32 {
                Login.run(
                    Login.plain(login, password), options + ["-s", "imap", "/bin/echo", "run"], environment: environment
                ).status
            }
            #expect(status("nosuchuser", "", ["--dovecot"], lookup) == 3)
            #expect(status("nosuchuser", "pass", ["--dovecot"], lookup) == 1)
            #expect(status("nosuchuser", "pass", ["--dovecot"], [:]) == 1)
            #expect(status("nosuchuser", "", ["--dovecot"], [:]) == 1)
            #expect(status("nosuchuser", "", [], lookup) == 1)
        }

        /// Whoever can log in is found: mail for them would come back otherwise.
        @Test(arguments: [
            ("webmaster@example.com", "-p pam,store --virtual-user vmail", Int32(0)),
            ("webmaster@example.com", "-p pam,store", 111), ("webmaster@example.com", "", 3),
            ("stripped@example.net", "-p pam,store --virtual-user vmail -D example.net", 0),
            ("stripped@example.org", "-p pam,store --virtual-user vmail -D example.net", 3),
            ("alice@example.net", "-D example.net", 0), ("nosecret@example.com", "-p pam,store", 3),
        ])
        func `a lookup finds whom a login would, and is temporary where that is`(
            login: String, options: String, status: Int32
        ) {
            Stage.must(Stage.checkpwdctl, "set", "--stdin", "stripped", input: "pass\n")
            let arguments = options.split(separator: " ").map(String.init) + ["--dovecot", "-s", "imap", "/bin/echo", "run"]
            let lookup = Login.run(Login.plain(login, ""), arguments, environment: ["AUTHORIZED": "1"])
            #expect(lookup.status == status)
            #expect(lookup.output == (status == 0 ? "run\n" : ""))
            #expect(Login.run(Login.plain(login), arguments).status == (status == 3 ? 1 : status))
        }

        // MARK: What checkpassword-reply finds

        @Test(arguments: [("pass", "", "gone"), ("", "1", "2")])
        func `checkpassword-reply finds who the user is, and nothing of the process changed`(
            password: String, authorized: String, left: String
        ) throws {
            let alice = try #require(getpwnam("alice")).pointee
            let show = "id -u; id -G; pwd; echo $USER $HOME $userdb_uid $userdb_gid $EXTRA $ORIG_UID ${AUTHORIZED-gone}"
            let before = Program(["/bin/sh", "-c", "id -u; id -G; pwd"]).run().output
            var environment = ["ORIG_UID": "0", "HOME": "/x"]
            if !authorized.isEmpty { environment["AUTHORIZED"] = authorized }
            let outcome = Login.run(
                Login.plain("alice", password), ["--dovecot", "-s", "imap", "--", "/bin/sh", "-c", show],
                environment: environment)
            #expect(
                outcome.output == before + "alice /home/alice \(alice.pw_uid) \(alice.pw_gid) userdb_uid userdb_gid 0 \(left)\n")
        }

        @Test func `descriptor 4 stays open, and 3 is closed`() {
            let folder = Folder()
            let outcome = Program([
                "/bin/sh", "-c", #"exec "$0" --dovecot -s imap -- /bin/sh -c 'echo reply >&4; test ! -e /proc/self/fd/3' 4>"$1""#,
                Stage.pamCheckpwd, folder("reply"),
            ]).run(descriptor3: Login.plain("alice"))
            #expect(outcome.status == 0)
            #expect((try? String(contentsOfFile: folder("reply"), encoding: .utf8)) == "reply\n")
        }

        @Test(arguments: ["NATIVE_CHECKPASSWORD", "DOVECOT_VERSION"])
        func `Dovecot's environment alone chooses none of its ways`(name: String) {
            let outcome = Login.run(
                Login.plain("alice"), ["-s", "imap", "/bin/sh", "-c", "id -un; echo ${EXTRA-none}"],
                environment: [name: "2.3.19"])
            #expect(outcome.output == "alice\nnone\n")
        }
    }
}
