import Foundation
import TestSupport
import Testing

extension OnStage {
    /// What the modules of Debian's libpam-modules, and the states of an account, make of a login by password and by
    /// CRAM-MD5.
    @Suite struct ModulesTests {
        init() {
            Stage.accounts
            Stage.tenant
        }

        /// The exit statuses of both logins. What they ran must have run just when they were accepted.
        private func statuses(
            _ service: String, _ options: [String] = [], environment: [String: String] = [:]
        ) throws -> [Int32] {
            try [Login.plain("tenant"), Login.cramMD5("tenant")].map { bytes in
                let outcome = Login.run(bytes, ["-s", service] + options + ["/bin/echo", "run"], environment: environment)
                #expect(outcome.output == (outcome.status == 0 ? "run\n" : ""))
                return outcome.status
            }
        }

        // MARK: Rules

        /// A module that rules who may log in, whence and when.
        struct Rule: Sendable, CustomTestStringConvertible {
            let module: String
            /// The file that holds its rules, with one that refuses the login, and with none; nil for no file.
            let file: String
            let refusing: String
            let admitting: String?
            /// Whether it can stand in auth lines, too.
            let knowsAuth: Bool

            var testDescription: String { module }
        }

        private static let rules = [
            Rule(
                module: "pam_access.so", file: "/etc/security/access.conf", refusing: "-:tenant:192.0.2.66\n",
                admitting: "-:tenant:192.0.2.67\n", knowsAuth: true),
            Rule(
                module: "pam_listfile.so item=user sense=deny onerr=fail file=/etc/denied", file: "/etc/denied",
                refusing: "tenant\n", admitting: "somebody\n", knowsAuth: true),
            Rule(
                module: "pam_listfile.so item=rhost sense=deny onerr=fail file=/etc/denied", file: "/etc/denied",
                refusing: "192.0.2.66\n", admitting: "192.0.2.67\n", knowsAuth: true),
            Rule(
                module: "pam_nologin.so", file: "/etc/nologin", refusing: "closed\n", admitting: nil, knowsAuth: true),
            Rule(
                module: "pam_time.so", file: "/etc/security/time.conf", refusing: "*;*;tenant;!Al0000-2400\n",
                admitting: "*;*;tenant;Al0000-2400\n", knowsAuth: false),
            Rule(
                module: "pam_time.so, by --ident", file: "/etc/security/time.conf",
                refusing: "*;pop3;tenant;!Al0000-2400\n", admitting: "*;imap;tenant;!Al0000-2400\n", knowsAuth: false),
        ]

        @Test(arguments: rules)
        func `a rule among the account lines refuses every mechanism, among the auth lines only passwords`(
            rule: Rule
        ) throws {
            let module = rule.module.prefix { $0 != "," }
            // Alone, a module that has nothing to say would be a refusal.
            let account = Stage.service("rule-account", "account required \(module)", "account required pam_permit.so")
            let auth = Stage.service("rule-auth", "auth required \(module)", "auth required pam_permit.so")
            let restore = Stage.replace(rule.file, with: rule.refusing)
            defer { restore() }
            func exits(_ service: String) throws -> [Int32] {
                try statuses(service, ["--ident", "pop3"], environment: ["TCPREMOTEIP": "192.0.2.66"])
            }
            #expect(try exits(account) == [1, 1])
            if rule.knowsAuth { #expect(try exits(auth) == [1, 0]) }
            if let admitting = rule.admitting {
                Stage.write(rule.file, admitting)
            } else {
                Stage.must("rm", rule.file)
            }
            #expect(try exits(account) == [0, 0])
            if rule.knowsAuth { #expect(try exits(auth) == [0, 0]) }
        }

        // MARK: The account

        /// States of an account: how it gets into one, and what that means with the service file that we install.
        @Test(arguments: [
            ("as it should be", "true", [Int32(0), 0]),
            ("its password locked", "passwd --lock tenant", [1, 0]),
            ("its password locked by usermod", "usermod --lock tenant", [1, 0]),
            ("expired", "usermod --expiredate 1 tenant", [1, 1]),
            ("its password to be changed", "chage --lastday 0 tenant", [1, 1]),
            ("its password too old", "chage --lastday 2020-01-01 --maxdays 10 tenant", [1, 1]),
            ("its password expired", "chage --lastday 2020-01-01 --maxdays 10 --inactive 10 tenant", [1, 1]),
            ("its password soon to be changed", "chage --maxdays 3 tenant", [0, 0]),
            ("without a shell", "usermod --shell /usr/sbin/nologin tenant", [0, 0]),
            ("without a secret", "\(Stage.checkpwdctl) delete tenant", [0, 1]),
        ])
        func `an account in this state lets in`(state: String, command: String, expected: [Int32]) throws {
            defer { Stage.restoreTenant() }
            Stage.must("/bin/sh", "-c", command)
            #expect(try statuses(Stage.installedWithoutDelay) == expected, "\(state)")
        }

        @Test func `pam_shells minds the shell, for every mechanism`() throws {
            defer { Stage.restoreTenant() }
            Stage.service("shells", "account required pam_shells.so")
            #expect(try statuses("shells") == [0, 0])
            Stage.must("usermod", "--shell", "/usr/sbin/nologin", "tenant")
            #expect(try statuses("shells") == [1, 1])
        }

        /// The stack of pam_faillock(8)'s examples.
        private func faillock(_ name: String, _ account: String...) -> String {
            Stage.write(
                "/etc/pam.d/\(name)",
                ([
                    "auth required pam_faillock.so preauth silent deny=2 nodelay",
                    "auth [success=1 default=bad] pam_unix.so nodelay",
                    "auth [default=die] pam_faillock.so authfail deny=2 nodelay",
                    "auth sufficient pam_faillock.so authsucc deny=2",
                ] + account + ["account required pam_unix.so", "session required pam_permit.so", ""])
                    .joined(separator: "\n"))
            return name
        }

        private func failuresCounted() -> Int {
            Program(["faillock", "--user", "tenant"]).run().output.split(separator: "\n").dropFirst(2).count
        }

        @Test func `pam_faillock counts wrong passwords, refuses then the right one, and never hears of CRAM-MD5`() throws {
            defer { Stage.must("faillock", "--user", "tenant", "--reset") }
            let service = faillock("faillock-auth")
            for _ in 1...3 { #expect(Login.run(try Login.cramMD5("tenant", "x"), ["-s", service, "/bin/true"]).status == 1) }
            #expect(failuresCounted() == 0)
            #expect(try statuses(service) == [0, 0])
            for count in 1...2 {
                #expect(Login.run(Login.plain("tenant", "x"), ["-s", service, "/bin/true"]).status == 1)
                #expect(failuresCounted() == count)
            }
            // Locked, for passwords alone.
            #expect(try statuses(service) == [1, 0])
            #expect(failuresCounted() == 2)
        }

        @Test func `among the account lines, too, pam_faillock refuses no CRAM-MD5, and one that is accepted ends the lock`()
            throws
        {
            defer { Stage.must("faillock", "--user", "tenant", "--reset") }
            let service = faillock("faillock-account", "account required pam_faillock.so deny=2")
            for _ in 1...2 { #expect(Login.run(Login.plain("tenant", "x"), ["-s", service, "/bin/true"]).status == 1) }
            #expect(try statuses(service) == [1, 0])
            #expect(failuresCounted() == 0)
            #expect(try statuses(service) == [0, 0])
        }

        @Test func `with --count-failures pam_faillock counts wrong answers to challenges, and locks the account`() throws {
            defer { Stage.must("faillock", "--user", "tenant", "--reset") }
            let service = faillock("faillock-counted", "account required pam_faillock.so deny=2")
            let options = ["-s", service, "--count-failures", "/bin/true"]
            for count in 1...2 {
                #expect(Login.run(try Login.cramMD5("tenant", "wrong"), options).status == 1)
                #expect(failuresCounted() == count)
            }
            #expect(Login.run(Login.plain("tenant"), options).status == 1)
            // A login that the account database does not know has nothing that could be counted.
            #expect(Login.run(try Login.cramMD5("nosuchuser", "wrong"), options).status == 1)
        }

        // MARK: Groups, limits, homes

        @Test func `pam_group's groups are by service and ident, and not for a process that stays as it is`() throws {
            let restore = Stage.replace(
                "/etc/security/group.conf", with: "group;pop3;tenant;Al0000-2400;mailers\n")
            defer { restore() }
            Stage.service("group", "auth optional pam_group.so", "auth required pam_permit.so")
            for bytes in [{ Login.plain("tenant") }, { try Login.cramMD5("tenant") }] {
                func groups(_ options: String...) throws -> String {
                    Login.run(try bytes(), ["-s", "group"] + options + ["id", "-Gn"]).output
                }
                #expect(try groups("-i", "pop3") == "tenant mailers\n")
                #expect(try groups("-i", "imap") == "tenant\n")
                #expect(try groups("-i", "pop3", "-e") == Program(["id", "-Gn"]).run().output)
            }
        }

        @Test(arguments: [
            ([], "77\n"), (["--hold-session"], "77\n"), (["--noenv"], "77\n"), (["--no-session"], "without\n"),
        ])
        func `pam_limits' limits are the program's`(options: [String], limit: String) throws {
            Stage.write("/etc/limits", "tenant - nofile 77\n")
            Stage.service("limits", "session required pam_limits.so conf=/etc/limits")
            let without = Program(["/bin/sh", "-c", "ulimit -n"]).run().output
            #expect(without != "77\n")
            for bytes in [Login.plain("tenant"), try Login.cramMD5("tenant")] {
                let outcome = Login.run(bytes, ["-s", "limits"] + options + ["/bin/sh", "-c", "ulimit -n"])
                #expect(outcome.output == (limit == "without\n" ? without : limit))
            }
        }

        @Test func `pam_limits refuses a login too many, where a session is opened`() throws {
            Stage.write("/etc/limits", "tenant - maxlogins 0\n")
            Stage.service("limits", "session required pam_limits.so conf=/etc/limits")
            #expect(try statuses("limits") == [1, 1])
            #expect(try statuses("limits", ["--hold-session"]) == [1, 1])
            #expect(try statuses("limits", ["--no-session"]) == [0, 0])
        }

        @Test func `pam_mkhomedir makes the home before it is entered`() throws {
            defer { Stage.restoreTenant() }
            Stage.service("mkhomedir", "session required pam_mkhomedir.so")
            for bytes in [Login.plain("tenant"), try Login.cramMD5("tenant")] {
                Stage.must("rm", "-rf", "/home/tenant")
                let outcome = Login.run(bytes, ["-s", "mkhomedir", "/bin/sh", "-c", "pwd; stat --format=%U ."])
                #expect(outcome.output == "/home/tenant\ntenant\n")
            }
            Stage.must("rm", "-rf", "/home/tenant")
            #expect(try statuses("mkhomedir", ["--no-session"]) == [111, 111])
        }

        // MARK: Large accounts

        @Test func `an entry of 100 KB and 400 groups are an account like any other`() throws {
            let entries = try String(contentsOfFile: "/etc/passwd", encoding: .utf8).split(separator: "\n").map { line in
                guard line.hasPrefix("tenant:") else { return String(line) }
                var fields = line.split(separator: ":", omittingEmptySubsequences: false)
                let gecos = String(repeating: "x", count: 100_000)
                fields[4] = gecos[...]
                return fields.joined(separator: ":")
            }
            let restorePasswd = Stage.replace("/etc/passwd", with: entries.joined(separator: "\n") + "\n")
            defer { restorePasswd() }
            let groups = (0..<400).map { "many\($0):x:\(50000 + $0):tenant\n" }.joined()
            let restoreGroup = Stage.replace(
                "/etc/group", with: try String(contentsOfFile: "/etc/group", encoding: .utf8) + groups)
            defer { restoreGroup() }
            for bytes in [{ Login.plain("tenant") }, { try Login.cramMD5("tenant") }] {
                for options in [[], ["--hold-session"]] {
                    let outcome = Login.run(
                        try bytes(), options + ["/bin/sh", "-c", "pwd; echo $USER; id -G | wc -w"])
                    #expect(outcome.output == "/home/tenant\ntenant\n401\n", "\(outcome.errors)")
                }
                let outcome = Login.run(try bytes(), ["-e", "/bin/sh", "-c", "id -G"])
                #expect(outcome.output == Program(["id", "-G"]).run().output)
            }
        }

        // MARK: What no module answers

        @Test(arguments: [
            ["auth required pam_exec.so /bin/true"],
            ["auth sufficient pam_exec.so /bin/true", "auth required pam_deny.so"],
        ])
        func `auth lines that give no credentials are the administrator's to mend, not a wrong password`(
            lines: [String]
        ) throws {
            let others = "account required pam_permit.so\nsession required pam_permit.so\n"
            Stage.write("/etc/pam.d/no-credentials", lines.joined(separator: "\n") + "\n" + others)
            #expect(try statuses("no-credentials") == [111, 111])
            let outcome = Login.run(Login.plain("tenant"), ["-s", "no-credentials", "/bin/true"])
            #expect(outcome.errors.contains("credentials"))
            #expect(outcome.errors.contains("pam_setcred PAM_"))
            #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
        }

        // MARK: Without root

        @Test(arguments: [
            ("auth required pam_unix.so nodelay", "", Int32(111)),
            ("auth [success=1 default=ignore] pam_unix.so nodelay", "auth requisite pam_deny.so", 1),
            ("@include outer", "", 111), ("auth include outer", "", 111), ("auth substack /etc/pam.d/outer", "", 111),
        ])
        func `without root pam_unix cannot check another's password, and the log says so`(
            first: String, second: String, status: Int32
        ) throws {
            Stage.write("/etc/pam.d/outer", "auth include inner\n")
            Stage.write("/etc/pam.d/inner", "auth required pam_unix.so nodelay\n")
            Stage.write(
                "/etc/pam.d/unprivileged",
                "\(first)\n\(second)\nauth required pam_permit.so\naccount required pam_permit.so\n"
                    + "session required pam_permit.so\n")
            func login(_ name: String) -> (outcome: Program.Outcome, log: [String]) {
                let syslog = Syslog()
                let outcome = Program(
                    ["setpriv", "--reuid=tenant", "--regid=tenant", "--clear-groups", Stage.pamCheckpwd]
                        + ["-s", "unprivileged", "-e", "/bin/echo", "run"]
                ).run(descriptor3: Login.plain(name))
                return (outcome, syslog.lines(of: "pam-checkpwd").filter { $0.contains("> verdict=") })
            }
            let other = login("alice")
            #expect(other.outcome.status == status)
            #expect(other.outcome.output == "")
            #expect(other.log.count == 1)
            let words = "not root: pam_unix can check no other user"
            #expect(other.log.first?.contains(words.replacing(" ", with: #"\x20"#)) == true)
            if status == 111 { #expect(other.outcome.errors.contains(words)) }
            #expect(login("tenant").outcome.output == "run\n")
        }

        @Test func `without root pam_unix cannot look at another's account either, and the log says so`() {
            Stage.service("unprivileged", "account required pam_unix.so")
            let outcome = Program(
                ["setpriv", "--reuid=tenant", "--regid=tenant", "--clear-groups", Stage.pamCheckpwd]
                    + ["-s", "unprivileged", "-e", "/bin/echo", "run"]
            ).run(descriptor3: Login.plain("alice"))
            #expect(outcome.status == 111 && outcome.output == "")
            #expect(outcome.errors.contains("pam_acct_mgmt PAM_AUTHINFO_UNAVAIL, not root: pam_unix can check no other user"))
        }
    }
}

extension Stage {
    /// An account whose state tests change, with password and secret 'pass'.
    static let tenant: Void = {
        must("useradd", "--create-home", "--shell", "/bin/sh", "tenant")
        must("chpasswd", input: "tenant:pass\n")
        must(checkpwdctl, "set", "--stdin", "tenant", input: "pass\n")
    }()

    /// Has it as it was made.
    static func restoreTenant() {
        must("usermod", "--unlock", "--shell", "/bin/sh", "tenant")
        must("/bin/sh", "-c", #"chage --lastday "$(date +%F)" --maxdays 99999 --inactive -1 --expiredate -1 tenant"#)
        must("mkhomedir_helper", "tenant")
        must(checkpwdctl, "set", "--stdin", "tenant", input: "pass\n")
    }

    /// The service file that we install, without the pause after a wrong password.
    static var installedWithoutDelay: String {
        must("/bin/sh", "-c", "sed 's/pam_unix.so/pam_unix.so nodelay/' /etc/pam.d/pam-checkpwd >/etc/pam.d/without-delay")
        return "without-delay"
    }

    /// Gives a file of /etc other contents.
    ///
    /// - Returns: what brings the file back as it was, or removes it.
    static func replace(_ path: String, with contents: String) -> () -> Void {
        let existed = FileManager.default.fileExists(atPath: path)
        if existed { must("cp", "--preserve", path, path + ".away") }
        write(path, contents)
        return {
            if existed { must("mv", path + ".away", path) } else { must("rm", "-f", path) }
        }
    }
}
