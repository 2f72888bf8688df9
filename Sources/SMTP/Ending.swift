/// Why a session ended. The words are the log's, and stay the same.
public enum Ending: Equatable, Sendable {
    case quit
    /// The client closed the connection, or it broke.
    case clientGone
    case earlyTalker
    case tlsFailed(TLSFailure)
    case tooManyFailures
    case tooManyErrors
    case bareLineEnd
    /// In a message.
    case nul
    case idle
    case tooLong
    /// The server stops.
    case draining
    case behind(Loss)

    /// One of each kind, for what compares them with the manual.
    public static let everyKind: [Ending] = [
        .quit, .clientGone, .earlyTalker, .tlsFailed(TLSFailure(.other, detail: Array("NO_SHARED_CIPHER".utf8))), .tooManyFailures,
        .tooManyErrors, .bareLineEnd, .nul, .idle, .tooLong, .draining, .behind(.ended),
    ]

    public var words: StaticString {
        switch self {
        case .quit: "quit"
        case .clientGone: "client-gone"
        case .earlyTalker: "early-talker"
        case .tlsFailed: "tls-failed"
        case .tooManyFailures: "too-many-failed-logins"
        case .tooManyErrors: "too-many-errors"
        case .bareLineEnd: "bare-line-end"
        case .nul: "nul"
        case .idle: "idle"
        case .tooLong: "session-time"
        case .draining: "shutdown"
        case .behind: "behind"
        }
    }
}
