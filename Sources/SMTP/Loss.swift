/// Why there is no more talking to the one behind. The words are the log's, and stay the same.
public enum Loss: Equatable, Sendable {
    /// No program started, or no connection, with this errno(3); nil where there is none to it.
    case notOpened(errno: Int32?)
    /// It ended, or closed the connection.
    case ended
    /// It opened with this code, or answered the opening words with it.
    case refused(Int)
    /// XCLIENT was asked for, and it does not offer it to us.
    case noXClient
    /// It closed the session with 421.
    case closing
    /// It said something that is no reply, or no reply to what it was asked.
    case nonsense
    /// It said something when nothing was asked.
    case outOfStep
    /// It said nothing for too long when something was asked, or took nothing of a message.
    case silent

    /// One of each kind, for what compares them with the manual.
    public static let everyKind: [Loss] = [
        .notOpened(errno: 2), .ended, .refused(554), .noXClient, .closing, .nonsense, .outOfStep, .silent,
    ]

    public var words: StaticString {
        switch self {
        case .notOpened: "cannot-open"
        case .ended: "ended"
        case .refused: "refused"
        case .noXClient: "no-xclient"
        case .closing: "closing"
        case .nonsense: "nonsense"
        case .outOfStep: "out-of-step"
        case .silent: "silent"
        }
    }
}
