import ByteStrings
import Credentials
import PAM
import Verdicts

/// A login that is tried, to see what PAM makes of it: real, with all that modules do on such an occasion.
public struct Trial: Sendable {
    /// One call of PAM's.
    public struct Step: Sendable {
        /// `pam_authenticate`.
        public let call: String
        /// `PAM_SUCCESS`.
        public let code: String
        /// What that means; the cause, where it failed.
        public let words: String
        /// What modules asked and said meanwhile: `module says`, and the text.
        public let messages: [(style: String, text: [UInt8])]
        /// How long it took.
        public let duration: Duration
    }

    public private(set) var steps: [Step] = []
    /// Why the login was not accepted, or nil where it was.
    public private(set) var failure: Failure?

    /// Logs in, opens a session and closes it, in the order of pam-checkpwd.
    ///
    /// - Parameters:
    ///   - terminal: what PAM is told for a terminal.
    ///   - remoteHost: whence the login seems to come; may be empty.
    public init(
        of login: Login, password: borrowing Secret, with service: Service, terminal: [UInt8] = [UInt8]("checkpassword"),
        remoteHost: [UInt8] = []
    ) {
        let minutes = Minutes()
        do throws(Failure) {
            var transaction = try Transaction(service: service, login: login, trace: Trace { minutes.note($0, $1) })
            try transaction.set(.remoteHost, remoteHost)
            try transaction.set(.terminal, terminal)
            try transaction.set(.remoteUser, login.bytes)
            minutes.clear()
            try password.withUnsafeBytes { (password) throws(Failure) in
                try step(minutes) { () throws(Failure) in try transaction.authenticate(password: password) }
            }
            try step(minutes) { () throws(Failure) in try transaction.checkAccount() }
            try step(minutes) { () throws(Failure) in try transaction.establishCredentials() }
            try step(minutes) { () throws(Failure) in try transaction.openSession() }
            try step(minutes) { () throws(Failure) in try transaction.closeSession() }
        } catch {
            failure = error
        }
    }

    private mutating func step(_ minutes: Minutes, _ call: () throws(Failure) -> Void) throws(Failure) {
        let clock = ContinuousClock()
        let start = clock.now
        var problem: Failure?
        do throws(Failure) { try call() } catch { problem = error }
        let duration = clock.now - start
        var notes = minutes.taken()
        // Last of all the call itself, with its code.
        guard let last = notes.popLast() else { return }
        steps.append(
            Step(
                call: last.style, code: String(decoding: last.text, as: UTF8.self),
                words: problem.map { "\($0.cause.what)" } ?? "success", messages: notes, duration: duration))
        if let problem { throw problem }
    }
}

/// What is heard during a call.
///
/// Sound to send: PAM calls us back on the thread that called it, and on no other.
private final class Minutes: @unchecked Sendable {
    private var notes: [(style: String, text: [UInt8])] = []

    func note(_ what: StaticString, _ about: [UInt8]) { notes.append(("\(what)", about)) }

    func clear() { notes = [] }

    func taken() -> [(style: String, text: [UInt8])] {
        defer { notes = [] }
        return notes
    }
}
