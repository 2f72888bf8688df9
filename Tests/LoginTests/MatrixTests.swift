@testable import Accounts
@testable import Checkpassword
import CheckpwdCore
import Cryptography
import Foundation
@testable import Login
@testable import PAM
import SecretStore
import Synchronization
import TestSupport
import Testing

/// Every decision about a login, with the real libpam and its module pam_debug, which returns whatever a test asks for. No test
/// needs root: the service is a file in a folder of the test's own (pam_start_confdir(3)), and so is the side store.
@Suite struct MatrixTests {
    // MARK: One decision

    /// What is written of a login that was decided.
    struct Result: Equatable, CustomStringConvertible {
        /// `accepted`, or the case of the failure.
        var verdict: String
        var status: Int32
        /// The log's `reason`.
        var reason: String
        /// PAM's functions that were called, without pam_start and pam_set_item, and `store` if the side store was asked.
        var calls: [String]

        var description: String { "\(verdict) \(status) \(reason) \(calls)" }
    }

    /// An account of each kind. The machine has the first two; the store has a secret for all but the stranger.
    enum Person: String, CaseIterable, Sendable {
        case known = "daemon"
        case root
        case virtual = "postmaster@example.com"
        case stranger = "no-such-login"
    }

    /// What comes on descriptor 3.
    enum Form: CaseIterable, Sendable {
        case password, wrongPassword, emptyPassword
        case cramMD5, wrongCRAMMD5, apop, wrongAPOP, cramSHA1, cramSHA224, cramSHA256, cramSHA384, cramSHA512
        case emptyDigest, unknownMechanism, smuggled
    }

    /// A folder with one service and one side store.
    final class Place: Sendable {
        let folder = Folder()
        let store: SampleStore

        /// - Parameters:
        ///   - authenticate: what pam_authenticate returns, by its name in pam_debug.
        ///   - account: what pam_acct_mgmt returns.
        init(authenticate: String = "success", account: String = "success") throws {
            store = try SampleStore(Person.known.rawValue, Person.root.rawValue, Person.virtual.rawValue)
            folder.write(
                "service",
                """
                auth required pam_debug.so auth=\(authenticate)
                account required pam_debug.so acct=\(account)
                session required pam_deny.so

                """.utf8)
        }

        var policy: Policy {
            get throws {
                var service = try Service(Array("service".utf8))
                service.testFolder = Array(folder.path.utf8)
                var policy = Policy(
                    service: service, store: .file(Array(store.path.utf8)), storeKeys: store.keys,
                    replayCache: Array(folder("replay").utf8), remoteHost: Array("192.0.2.1".utf8), terminal: Array("checkpassword".utf8),
                    trace: Trace(isOn: false))
                policy.namedMechanisms = Mechanisms(names: Array("plain,cram-md5,apop,cram-sha1,cram-sha224,cram-sha256,cram-sha384,cram-sha512".utf8))
                policy.virtualUser = LoginName("daemon")
                policy.takeover = .describe
                return policy
            }
        }

        /// Decides a login.
        func result(_ person: Person, _ form: Form, _ change: (inout Policy) -> Void = { _ in }) throws -> Result {
            try result(MatrixTests.bytes(person.rawValue, form), change)
        }

        func result(_ bytes: [UInt8], _ change: (inout Policy) -> Void = { _ in }) throws -> Result {
            let calls = Calls()
            var policy = try policy
            policy.trace = Trace { calls.note($0) }
            change(&policy)
            var course = Course()
            do throws(Failure) {
                let request = try Request(Secret(copying: bytes))
                let authenticated = try authenticate(request, policy, &course)
                _ = authenticated.login
                return Result(verdict: "accepted", status: 0, reason: "ok", calls: calls.names)
            } catch {
                let verdict =
                    switch error {
                    case .declined: "declined"
                    case .rejected: "rejected"
                    case .misused: "misused"
                    case .temporary: "temporary"
                    }
                return Result(
                    verdict: verdict, status: ExitStatus.of(error), reason: "\(error.cause.reason.code)", calls: calls.names)
            }
        }
    }

    private final class Calls: Sendable {
        private let seen = Mutex<[String]>([])

        var names: [String] { seen.withLock { $0 } }

        func note(_ event: TraceEvent) {
            switch event {
            case .call(let name, _):
                guard "\(name)" != "pam_set_item" else { return }
                seen.withLock { $0.append("\(name)") }
            case .store: seen.withLock { $0.append("store") }
            case .prompt, .message: break
            }
        }
    }

    private static func bytes(_ login: String, _ form: Form) throws -> [UInt8] {
        let challenge = "<\(UUID().uuidString).\(Int(Date().timeIntervalSince1970))@mail.example.com>"
        let secret = "secret of \(login)"
        func fields(_ all: String...) -> [UInt8] { Array(all.joined(separator: "\0").utf8) + [0] }
        func answer(_ digest: Digest, _ secret: String) throws -> String {
            try Array(challenge.utf8).withUnsafeBytes { try digest.hexadecimal(challenge: $0, secret: Secret(secret), .waived) }.text
        }
        func indimail(_ digest: Digest, _ byte: UInt8, _ secret: String) throws -> [UInt8] {
            fields(login, challenge, try answer(digest, secret)) + [byte, 0]
        }
        return switch form {
        case .password: fields(login, secret, "")
        case .wrongPassword: fields(login, "wrong", "")
        case .emptyPassword: fields(login, "", "")
        case .cramMD5: try indimail(.cramMD5, 3, secret)
        case .wrongCRAMMD5: try indimail(.cramMD5, 3, "wrong")
        case .apop: fields(login, try answer(.apop, secret), challenge)
        case .wrongAPOP: fields(login, try answer(.apop, "wrong"), challenge)
        case .cramSHA1: try indimail(.cram(.sha1), 4, secret)
        case .cramSHA224: try indimail(.cram(.sha224), 5, secret)
        case .cramSHA256: try indimail(.cram(.sha256), 6, secret)
        case .cramSHA384: try indimail(.cram(.sha384), 7, secret)
        case .cramSHA512: try indimail(.cram(.sha512), 8, secret)
        case .emptyDigest: fields(login, challenge, "") + [3, 0]
        case .unknownMechanism: fields(login, secret, "x") + [10, 0]
        case .smuggled: fields(login, challenge, try answer(.cramMD5, secret), "x", "")
        }
    }

    private static let authenticated = ["pam_authenticate", "pam_acct_mgmt"], accountOnly = ["store", "pam_acct_mgmt"]

    // MARK: PAM's return codes

    /// Every return code of pam(3) but success, by its name in pam_debug, with the verdict and the reason if authentication
    /// returns it, and if the account's phase does.
    private static let codes: [(code: String, authenticate: (String, String), account: (String, String))] = [
        ("open_err", ("temporary", "module-not-loaded"), ("temporary", "module-not-loaded")),
        ("symbol_err", ("temporary", "module-not-usable"), ("temporary", "module-not-usable")),
        ("service_err", ("temporary", "module-failed"), ("temporary", "module-failed")),
        ("system_err", ("temporary", "system-error"), ("temporary", "system-error")),
        ("buf_err", ("temporary", "out-of-memory"), ("temporary", "out-of-memory")),
        ("perm_denied", ("rejected", "permission-denied"), ("rejected", "permission-denied")),
        ("auth_err", ("declined", "authentication-failed"), ("rejected", "account-refused")),
        ("cred_insufficient", ("temporary", "backend-not-accessible"), ("temporary", "backend-not-accessible")),
        ("authinfo_unavail", ("temporary", "backend-unavailable"), ("temporary", "backend-unavailable")),
        ("user_unknown", ("declined", "unknown-login"), ("rejected", "account-refused")),
        ("maxtries", ("rejected", "too-many-tries"), ("rejected", "account-refused")),
        ("new_authtok_reqd", ("rejected", "password-must-be-changed"), ("rejected", "password-must-be-changed")),
        ("acct_expired", ("rejected", "account-expired"), ("rejected", "account-expired")),
        ("session_err", ("temporary", "session-not-opened"), ("temporary", "session-not-opened")),
        ("cred_unavail", ("temporary", "credentials-unavailable"), ("temporary", "credentials-unavailable")),
        ("cred_expired", ("rejected", "credentials-expired"), ("rejected", "credentials-expired")),
        ("cred_err", ("temporary", "credentials-not-set"), ("temporary", "credentials-not-set")),
        ("no_module_data", ("temporary", "module-data-missing"), ("temporary", "module-data-missing")),
        ("conv_err", ("temporary", "module-asked-too-much"), ("temporary", "module-asked-too-much")),
        ("authtok_err", ("temporary", "password-not-handled"), ("temporary", "password-not-handled")),
        ("authtok_recover_err", ("temporary", "password-not-passed-on"), ("temporary", "password-not-passed-on")),
        ("authtok_lock_busy", ("temporary", "password-database-locked"), ("temporary", "password-database-locked")),
        ("authtok_disable_aging", ("temporary", "password-aging-disabled"), ("temporary", "password-aging-disabled")),
        ("try_again", ("temporary", "not-ready"), ("temporary", "not-ready")),
        ("abort", ("temporary", "module-gave-up"), ("temporary", "module-gave-up")),
        ("authtok_expired", ("rejected", "password-expired"), ("rejected", "password-expired")),
        ("module_unknown", ("temporary", "module-unknown"), ("temporary", "module-unknown")),
        ("bad_item", ("temporary", "bad-item"), ("temporary", "bad-item")),
    ]

    private static func status(_ verdict: String) -> Int32 { verdict == "accepted" ? 0 : verdict == "temporary" ? 111 : 1 }

    @Test(arguments: codes)
    func `a code of pam_authenticate is the verdict of a password, and the account is not asked about`(
        code: String, expected: (String, String), _: (String, String)
    ) throws {
        let place = try Place(authenticate: code)
        for person in [Person.known, .virtual, .stranger] {
            #expect(
                try place.result(person, .password)
                    == Result(verdict: expected.0, status: Self.status(expected.0), reason: expected.1, calls: ["pam_authenticate"]),
                "\(person)")
        }
    }

    @Test(arguments: codes)
    func `a code of pam_acct_mgmt is the verdict of every right login of a system account`(
        code: String, _: (String, String), expected: (String, String)
    ) throws {
        let place = try Place(account: code)
        for form in [Form.password, .cramMD5, .apop, .cramSHA256] {
            let calls = form == .password ? Self.authenticated : Self.accountOnly
            #expect(
                try place.result(.known, form)
                    == Result(verdict: expected.0, status: Self.status(expected.0), reason: expected.1, calls: calls), "\(form)")
        }
        // PAM does not know a virtual account.
        #expect(try place.result(.virtual, .cramMD5) == Result(verdict: "accepted", status: 0, reason: "ok", calls: ["store"]))
    }

    // MARK: Who sent what

    /// The verdict of each form for each person, if the service accepts every password: with the three sources of passwords.
    @Test(arguments: Person.allCases, Form.allCases)
    func `who sends what, and which source judges passwords, decide what is asked and what is the verdict`(
        person: Person, form: Form
    ) throws {
        for source in [Policy.PasswordSource.pam, .store, .pamThenStore] {
            let place = try Place()
            let result = try place.result(person, form) { $0.passwordSource = source }
            #expect(result == Self.expected(person, form, source), "\(source)")
        }
    }

    /// As the manual page has it.
    private static func expected(_ person: Person, _ form: Form, _ source: Policy.PasswordSource) -> Result {
        func result(_ verdict: String, _ reason: String, _ calls: [String]) -> Result {
            Result(verdict: verdict, status: status(verdict), reason: reason, calls: calls)
        }
        /// The end of a login that was proved by the store.
        func proved() -> Result {
            switch person {
            case .known: result("accepted", "ok", accountOnly)
            case .root: result("rejected", "account-is-root", accountOnly)
            case .virtual, .stranger: result("accepted", "ok", ["store"])
            }
        }
        switch form {
        case .emptyPassword: return result("rejected", "empty-password", [])
        case .emptyDigest: return result("rejected", "empty-answer", [])
        case .unknownMechanism: return result("declined", "mechanism-not-spoken", [])
        case .cramMD5, .apop, .cramSHA1, .cramSHA224, .cramSHA256, .cramSHA384, .cramSHA512:
            return person == .stranger ? result("declined", "login-has-no-secret", ["store"]) : proved()
        case .wrongCRAMMD5, .wrongAPOP:
            return result("declined", person == .stranger ? "login-has-no-secret" : "wrong-answer-to-challenge", ["store"])
        case .password, .wrongPassword, .smuggled:
            let isAtPAM = source == .pam || source == .pamThenStore && (person == .known || person == .root)
            if isAtPAM {
                // The service takes any password.
                switch person {
                case .known: return result("accepted", "ok", authenticated)
                case .root: return result("rejected", "account-is-root", authenticated)
                case .virtual, .stranger: return result("temporary", "accepted-login-is-no-system-account", authenticated)
                }
            }
            if form == .password, person != .stranger { return proved() }
            // A smuggled answer is nobody else's to judge.
            return result(
                form == .smuggled ? "rejected" : "declined", person == .stranger ? "login-has-no-secret" : "wrong-password", ["store"])
        }
    }

    // MARK: Options

    @Test func `a smuggled answer is a wrong password that no other module of a chain may judge`() throws {
        let result = try Place(authenticate: "auth_err").result(.known, .smuggled)
        #expect(result == Result(verdict: "rejected", status: 1, reason: "authentication-failed", calls: ["pam_authenticate"]))
    }

    @Test func `without -m only passwords are judged`() throws {
        let place = try Place()
        for form in [Form.cramMD5, .apop, .cramSHA1] {
            let result = try place.result(.known, form) { $0.namedMechanisms = nil }
            #expect(result == Result(verdict: "declined", status: 1, reason: "mechanism-not-named", calls: []), "\(form)")
        }
        #expect(try place.result(.known, .password) { $0.namedMechanisms = nil }.verdict == "accepted")
    }

    @Test(arguments: [("plain", [Form.cramMD5, .apop, .cramSHA512]), ("cram-md5", [.password, .cramSHA1]), ("apop", [.password, .cramMD5])])
    func `a mechanism that -m does not name is not enabled`(names: String, forms: [Form]) throws {
        let place = try Place()
        for form in forms {
            let result = try place.result(.known, form) { $0.namedMechanisms = Mechanisms(names: Array(names.utf8)) }
            #expect(result == Result(verdict: "declined", status: 1, reason: "mechanism-not-enabled", calls: []), "\(form)")
        }
    }

    @Test(arguments: [
        ("daemon@example.com", "accepted", "ok"), ("daemon@EXAMPLE.com", "accepted", "ok"),
        ("root@example.com", "rejected", "account-is-root"), ("daemon@example.org", "temporary", "accepted-login-is-no-system-account"),
        ("@example.com", "temporary", "accepted-login-is-no-system-account"),
    ])
    func `-D cuts one domain off a login`(login: String, verdict: String, reason: String) throws {
        let result = try Place().result(Array("\(login)\0pass\0\0".utf8)) { $0.domains = [Array("example.com".utf8)] }
        #expect(result.verdict == verdict && result.reason == reason, "\(result)")
    }

    @Test func `--hex-passwords lets PAM judge a digest that does not match, and no other form`() throws {
        let place = try Place()
        for form in [Form.wrongAPOP, .wrongCRAMMD5] {
            let result = try place.result(.known, form) { $0.allowsHexPasswords = true }
            #expect(result.calls == (form == .wrongAPOP ? ["store"] + Self.authenticated : ["store"]), "\(form)")
            #expect(result.verdict == (form == .wrongAPOP ? "accepted" : "declined"))
        }
    }

    @Test(arguments: [(false, "rejected", "user-changed-by-pam"), (true, "accepted", "ok")])
    func `--allow-user-change lets PAM put another user in the login's place`(isAllowed: Bool, verdict: String, reason: String) throws {
        let place = try Place()
        let source = place.folder.write(
            "change.c",
            """
            #include <security/pam_modules.h>
            int pam_sm_authenticate(pam_handle_t *handle, int flags, int count, const char **words)
            { (void)flags, (void)count, (void)words; return pam_set_item(handle, PAM_USER, "bin"); }

            """.utf8)
        let compiled = Program(["gcc", "-shared", "-fPIC", "-o", place.folder("change.so"), source]).run()
        #expect(compiled.status == 0, "\(compiled.errors)")
        place.folder.write("service", "auth required \(place.folder("change.so"))\naccount required pam_permit.so\n".utf8)
        let result = try place.result(.known, .password) { $0.allowsUserChange = isAllowed }
        #expect(result.verdict == verdict && result.reason == reason, "\(result)")
    }

    @Test(arguments: ["", "account required pam_permit.so\n", "# auth required pam_permit.so\n"])
    func `a service without an auth line of its own is temporary, and PAM is not asked`(text: String) throws {
        let place = try Place()
        place.folder.write("service", text.utf8)
        let result = try place.result(.known, .password)
        #expect(result == Result(verdict: "temporary", status: 111, reason: "service-file-has-no-auth-line", calls: []))
    }

    @Test func `a service without a file is temporary, whatever else is wrong`() throws {
        let place = try Place()
        for form in Form.allCases where ![.emptyPassword, .emptyDigest].contains(form) {
            let result = try place.result(.stranger, form) { $0.service.testFolder = Array(place.folder("nothing").utf8) }
            #expect(result == Result(verdict: "temporary", status: 111, reason: "no-service-file", calls: []), "\(form)")
        }
    }

    @Test func `a store that is not there is temporary, for every answer and for passwords that it judges`() throws {
        let place = try Place()
        for form in [Form.cramMD5, .wrongCRAMMD5, .apop, .password] {
            let result = try place.result(.virtual, form) {
                $0.store = .file(Array(place.folder("no-store").utf8))
                $0.passwordSource = .store
            }
            #expect(result.verdict == "temporary" && result.status == 111 && result.calls == ["store"], "\(form): \(result)")
        }
    }

    @Test func `a virtual account without an account to run as is temporary`() throws {
        let place = try Place()
        for (user, reason) in [(nil, "virtual-account-has-no-user"), ("no-such-user", "virtual-user-is-no-system-account"), ("root", "virtual-user-is-root")] {
            let result = try place.result(.virtual, .cramMD5) {
                $0.passwordSource = .store
                $0.virtualUser = user.map { LoginName($0) }
            }
            #expect(result == Result(verdict: "temporary", status: 111, reason: reason, calls: ["store"]), "\(user ?? "none")")
        }
    }

    @Test func `an answer counts once`() throws {
        let place = try Place()
        let bytes = try Self.bytes(Person.known.rawValue, .cramMD5)
        #expect(try place.result(bytes).verdict == "accepted")
        #expect(try place.result(bytes) == Result(verdict: "rejected", status: 1, reason: "challenge-answered-before", calls: ["store"]))
    }

    @Test(arguments: ["x rhost=198.51.100.7 user=y", "a b", "x\ny", "x=y"])
    func `PAM never sees a login that could forge a field of a log line`(login: String) throws {
        let result = try Place().result(Array("\(login)\0pass\0\0".utf8))
        #expect(result == Result(verdict: "declined", status: 1, reason: "login-with-unsafe-characters", calls: []))
    }
}
