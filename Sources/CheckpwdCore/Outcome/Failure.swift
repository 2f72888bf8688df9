/// A login that was not accepted. The case says what the caller may conclude, the cause what a person can do.
public enum Failure: Error, Sendable {
    /// The login is unknown here, the credentials are wrong here, or the mechanism is not ours. In a chain of modules, the
    /// next may know better.
    case declined(Cause)
    /// The login is not acceptable, whatever another module would say.
    case rejected(Cause)
    /// The caller made a mistake: arguments, or the contents of descriptor 3.
    case misused(Cause)
    /// Nobody could say whether the credentials are right.
    case temporary(Cause)

    public var cause: Cause {
        switch self {
        case .declined(let cause), .rejected(let cause), .misused(let cause), .temporary(let cause): cause
        }
    }

    /// The word for it in the log.
    public var verdict: StaticString {
        switch self {
        case .declined, .rejected: "rejected"
        case .misused: "misused"
        case .temporary: "temporary"
        }
    }
}
