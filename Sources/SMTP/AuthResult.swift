import SASL

/// The result of checking an attempt.
public enum AuthResult: Equatable, Sendable {
    case accepted
    /// Not acceptable, because of this.
    case rejected(Reason)
    /// Nobody could say, because of this.
    case temporary(Reason)

    /// Why an attempt was not accepted. The words are the log's, and stay the same.
    public enum Reason: Equatable, Sendable {
        /// The auth command ended with this status: 128 plus the signal where one killed it, -1 where nobody knows.
        case exitStatus(Int32)
        /// The auth command, or what it needs, could not be had, with this errno(3).
        case cannotStart(Int32)
        /// The auth command did not end in time, and was killed.
        case timedOut
        /// Too many logins wait already, or the turn of this one did not come in time.
        case busy
        /// Login and response do not fit into the 512 bytes of the checkpassword interface.
        case tooLong
        /// The client wants to act as somebody else.
        case otherIdentity
        /// A mechanism that is known, and not offered.
        case notOffered
        /// The exchange ended with nothing to check.
        case malformed(ExchangeFault)

        /// One of each kind, for what compares them with the manual.
        public static let everyKind: [Reason] =
            [.exitStatus(1), .cannotStart(2), .timedOut, .busy, .tooLong, .otherIdentity, .notOffered]
            + ExchangeFault.allCases.map { .malformed($0) }

        public var words: StaticString {
            switch self {
            case .exitStatus: "auth-command"
            case .cannotStart: "cannot-start-auth-command"
            case .timedOut: "auth-command-timed-out"
            case .busy: "too-many-logins"
            case .tooLong: "credentials-too-long"
            case .otherIdentity: "other-authorization-identity"
            case .notOffered: "mechanism-not-offered"
            case .malformed(let fault): fault.word
            }
        }
    }

    /// The outcome that an exit status of the auth command stands for: 0 yes, 1 no, anything else 'cannot say'
    /// (cr.yp.to/checkpwd/interface.html). What cannot be understood must never be a yes.
    public init(exitStatus: Int32) {
        switch exitStatus {
        case 0: self = .accepted
        case 1: self = .rejected(.exitStatus(1))
        default: self = .temporary(.exitStatus(exitStatus))
        }
    }
}
