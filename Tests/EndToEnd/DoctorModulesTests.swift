import Foundation
@testable import PAMDoctor
import TestSupport
import Testing

extension OnStage {
    /// What doctor works out from a stack's lines, against logins by pam-checkpwd with the real modules.
    @Suite(.enabled(if: Directory.modules != nil, "needs modules: run Tests/Stage/modules first"))
    struct DoctorModulesTests {
        init() {
            Stage.accounts
            Stage.tenant
            Directory.isSet
        }

        /// A login that is tried both ways.
        struct Attempt: Sendable, CustomTestStringConvertible {
            let auth: String
            var account = "account required pam_permit.so"
            var login = "tenant"
            let sent: String
            let situation: Situation
            let status: Int32

            var testDescription: String { "\(auth.replacing("\n", with: "; ")): '\(sent)' of \(login)" }
        }

        private static func attempts(_ auth: String, _ tries: [(String, Situation, Int32)]) -> [Attempt] {
            tries.map { Attempt(auth: auth, sent: $0.0, situation: $0.1, status: $0.2) }
        }

        private static let right = Situation(), wrong = Situation(password: .wrong)
        private static func codes(_ password: Situation.Part, _ code: Situation.Part) -> Situation { Situation(password: password, code: code) }
        private static let noCode = Situation(hasCode: false)
        private static let oath = "auth required pam_oath.so usersfile=/etc/users.oath window=5 digits=6"
        private static let google = "auth required pam_google_authenticator.so"
        private static let unix = "auth required pam_unix.so nodelay"

        private static let factors: [Attempt] =
            attempts(
                "\(google) forward_pass\n\(unix) use_first_pass",
                [
                    ("pass287082", codes(.right, .right), 0), ("wrong287082", codes(.wrong, .right), 1), ("pass", codes(.right, .none), 1),
                    ("pass000000", codes(.right, .wrong), 1), ("287082", codes(.none, .right), 1),
                ])
            + attempts(google, [("287082", codes(.none, .right), 0), ("pass", right, 1), ("pass287082", codes(.right, .right), 1)])
            + attempts("\(unix)\n\(google)", [("pass", right, 1), ("pass287082", codes(.right, .right), 1)])
            + attempts("\(google) forward_pass nullok\n\(unix) use_first_pass", [("pass", noCode, 1)])
            + attempts("\(google) forward_pass nullok\n\(unix)", [("pass", noCode, 0), ("pass287082", codes(.right, .right), 0)])
            + attempts("\(unix)\n\(google) nullok", [("pass", noCode, 0)])
            + attempts(oath, [("755224", codes(.none, .right), 0), ("wrong755224", codes(.wrong, .right), 0), ("pass", right, 1), ("755224", noCode, 1)])
            + attempts(
                "\(oath)\n\(unix) use_first_pass",
                [
                    ("pass755224", codes(.right, .right), 0), ("wrong755224", codes(.wrong, .right), 1), ("pass", right, 1),
                    ("755224", codes(.none, .right), 1),
                ])
            + attempts("\(unix)\n\(oath)", [("pass", right, 111)])

        private static let others: [Attempt] =
            attempts("\(unix) use_first_pass", [("pass", right, 1)])
            + attempts("auth required pam_exec.so quiet /bin/true\nauth required pam_permit.so", [("wrong", wrong, 0)])
            + attempts("auth required pam_env.so\nauth sufficient pam_unix.so nodelay", [("pass", right, 0), ("wrong", wrong, 1)])
            + attempts("auth required pam_nologin.so\nauth sufficient pam_unix.so nodelay", [("pass", right, 0), ("wrong", wrong, 1)])
            + attempts("auth required pam_succeed_if.so uid >= 1000\nauth sufficient pam_unix.so nodelay", [("pass", right, 0), ("wrong", wrong, 111)])
            + attempts("auth required pam_shells.so\nauth sufficient pam_unix.so nodelay", [("wrong", wrong, 0)])
            + [
                Attempt(auth: unix, login: "expired", sent: "pass", situation: Situation(isExpired: true), status: 0),
                Attempt(auth: unix, account: "account required pam_unix.so", login: "expired", sent: "pass", situation: Situation(isExpired: true), status: 1),
                Attempt(auth: unix, login: "nosuchuser", sent: "pass", situation: Situation(account: .unknown), status: 1),
            ]

        /// Modules whose server does not run.
        private static let down: [Attempt] = ["sss", "ldap", "winbind", "krb5", "radius_auth", "yubico", "pwdfile"].flatMap { name -> [Attempt] in
            let module = "pam_\(name).so" + (name == "pwdfile" ? " pwdfile=/etc/none" : "")
            let situation = Situation(
                account: .directory("pam_\(name)", .locked), trouble: .init(module: "pam_\(name)", answer: .authinfoUnavail))
            return attempts("auth required \(module)\nauth required pam_permit.so", [("pass", situation, 111)])
                + attempts("auth [success=1 default=ignore] \(module)\nauth requisite pam_deny.so\nauth required pam_permit.so", [("pass", situation, 1)])
        }

        private static let directories: [Attempt] = zip(Directory.accounts, [Situation.Shadow.locked, .remote, .missing]).flatMap { login, shadow in
            [
                ("auth sufficient pam_unix.so nodelay\nauth sufficient pam_pwdfile.so pwdfile=/etc/directory use_first_pass\nauth required pam_deny.so", Int32(0)),
                (
                    "auth [success=done user_unknown=ignore ignore=ignore default=die] pam_unix.so nodelay\nauth sufficient pam_pwdfile.so pwdfile=/etc/directory",
                    shadow == .missing ? 111 : 1
                ),
            ].flatMap { auth, status in
                [("pass", Situation.Part.right, status), ("wrong", .wrong, status == 0 ? 1 : status)].map { sent, part, status in
                    Attempt(auth: auth, login: login, sent: sent, situation: Situation(account: .directory("pam_pwdfile", shadow), password: part), status: status)
                }
            }
        }

        /// The test vectors of RFC 4226: counter 0 gives 755224, counter 1 gives 287082.
        private func setUpCodes(_ isSetUp: Bool) {
            Stage.must("rm", "-f", "/home/tenant/.google_authenticator")
            Stage.write("/etc/users.oath", isSetUp ? "HOTP tenant + 3132333435363738393031323334353637383930\n" : "")
            Stage.must("chmod", "0600", "/etc/users.oath")
            guard isSetUp else { return }
            Stage.write("/home/tenant/.google_authenticator", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n\" HOTP_COUNTER 1\n")
            Stage.must("chown", "tenant:", "/home/tenant/.google_authenticator")
            Stage.must("chmod", "0400", "/home/tenant/.google_authenticator")
        }

        @Test(arguments: factors + others + down + directories)
        func `a login ends as doctor's simulation says`(attempt: Attempt) throws {
            setUpCodes(attempt.situation.hasCode)
            defer { Stage.must("rm", "-f", "/home/tenant/.google_authenticator") }
            var text = "\(attempt.auth)\n\(attempt.account)\nsession required pam_permit.so\n"
            for name in try FileManager.default.contentsOfDirectory(atPath: Directory.modules!) { text = text.replacing(name, with: Directory.modules! + name) }
            Stage.write("/etc/pam.d/attempt", text)
            let outcome = Login.run(Login.plain(attempt.login, attempt.sent), ["-s", "attempt", "--no-chdir-home", "/bin/true"])
            #expect(outcome.status == attempt.status, "\(outcome.errors)")
            let verdict = Examination(named: "attempt", in: FileTree()).imagine([attempt.situation])[0].verdict
            #expect(verdict == (attempt.status == 0 ? .accepted : attempt.status == 1 ? .refused : .temporary))
        }
    }
}
