import CLibc
import Checkpassword
import CheckpwdCore
import Login
import PAM
import SecretStore

/// A login that is tried, to see what PAM makes of it: real, with all that modules do on such an occasion.
public struct Trial: Sendable {
    /// One call of PAM's.
    public struct Step: Sendable {
        /// `pam_authenticate`.
        public let call: String
        /// `PAM_SUCCESS`.
        public let code: String
        /// What that means.
        public let words: String
        /// What modules asked and said meanwhile: `module says`, and the text.
        public let messages: [(style: String, text: [UInt8])]
        /// How long it took.
        public let duration: Duration
    }

    public let steps: [Step]
    /// Why the login was not accepted, or nil where it was.
    public private(set) var failure: Failure?

    /// Has pam-checkpwd's own code decide a password login, session included.
    ///
    /// Root takes on the account's groups, as pam-checkpwd does, and keeps them: whoever tries has nothing else to do. Anybody
    /// else stays who they are, as pam-checkpwd does with `--noenv`.
    ///
    /// - Parameter allowsOther: whether a service without a file of its own is tried, too.
    public init(of login: LoginName, password: borrowing Secret, with service: Service, allowsOther: Bool = false) {
        let minutes = Minutes()
        // The store is not asked: it is a password.
        var policy = Policy(
            service: service, store: .standard, storeKeys: .standard(credentials: nil), replayCache: nil, remoteHost: [],
            terminal: [UInt8]("checkpassword"), trace: Trace { minutes.note($0) })
        policy.allowsOther = allowsOther
        policy.takeover = geteuid() == 0 ? .become : .stay
        do throws(Failure) {
            var course = Course()
            let authenticated = try authenticate(try Trial.request(login, password), policy, &course)
            _ = try Takeover.begin(authenticated, policy)
        } catch {
            failure = error
        }
        steps = minutes.steps
    }

    /// What a server without a challenge sends: `login NUL password NUL`.
    private static func request(_ login: LoginName, _ password: borrowing Secret) throws(Failure) -> Request {
        var text = WipedText(capacity: login.bytes.count + password.count + 2)
        text.append(login.bytes)
        text.append(0)
        password.withUnsafeBytes { text.append($0) }
        text.append(0)
        return try Request(text.withUnsafeBytes { Secret(copying: $0) })
    }
}

/// What is heard of the calls.
///
/// Sound to send: PAM calls us back on the thread that called it, and on no other.
private final class Minutes: @unchecked Sendable {
    private(set) var steps: [Trial.Step] = []
    private var messages: [(style: String, text: [UInt8])] = []
    private var start = ContinuousClock.now

    func note(_ event: TraceEvent) {
        guard case .call(let name, let code) = event else { return messages.append(("\(event.words)", event.about)) }
        let now = ContinuousClock.now
        // Items are set before the first question, and tell nobody anything.
        if "\(name)" != "pam_set_item" {
            steps.append(
                Trial.Step(
                    call: "\(name)", code: "\(code)", words: Minutes.words(event.about), messages: messages, duration: now - start))
        }
        messages = []
        start = now
    }

    private static func words(_ name: [UInt8]) -> String {
        // The codes of pam(3) are small.
        let code = (0..<64).lazy.map { ReturnCode(rawValue: $0) }.first { name == [UInt8]($0.name) }
        return code.map { "\($0.what)" } ?? ""
    }
}
