import CheckpwdCore

/// What the server does after a client's answer.
public enum Step: Sendable {
    /// Send these bytes, in base64, and give the answer to the exchange. They may be none.
    case challenge([UInt8], Exchange)
    /// The exchange is over: check the claim.
    case claim(Claim)
    /// The exchange is over: the client asked for what it cannot have, whatever its password.
    case refused(LoginName)
    /// The exchange is over: the answer is not one of this mechanism. The login is nil if it is not known.
    case malformed(ExchangeFault, LoginName?)
}
