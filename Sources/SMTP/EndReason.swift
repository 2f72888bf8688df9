/// Why a session ended. The words are the log's, and stay the same.
public enum EndReason: Equatable, Sendable {
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
    case backend(BackendFailure)

    /// One of each kind, for what compares them with the manual.
    public static let everyKind: [EndReason] = [
        .quit, .clientGone, .earlyTalker, .tlsFailed(TLSFailure(.other, detail: Array("NO_SHARED_CIPHER".utf8))), .tooManyFailures,
        .tooManyErrors, .bareLineEnd, .nul, .idle, .tooLong, .draining, .backend(.ended),
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
        case .backend: "behind"
        }
    }
}

/// Why the backend cannot be used, or not any more. The words are the log's, and stay the same.
public enum BackendFailure: Equatable, Sendable {
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
    public static let everyKind: [BackendFailure] = [
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

/// Why TLS failed. The words are the log's, and stay the same.
public struct TLSFailure: Equatable, Sendable {
    public enum Reason: String, CaseIterable, Sendable {
        case noCommonVersion = "no-common-version"
        case noCommonCipher = "no-common-cipher"
        /// On a port where TLS comes first.
        case plainTextOnTLSPort = "plain-text-on-tls-port"
        case plainTextAfterSTARTTLS = "plain-text-after-starttls"
        case certificateRejected = "certificate-rejected-by-client"
        /// The handshake was not over in time.
        case timeout
        /// The client closed the connection before the handshake was over.
        case clientClosed = "client-closed"
        case other
    }

    public let reason: Reason
    /// What the TLS library calls it; empty if it has no word for it.
    public let detail: [UInt8]

    public init(_ reason: Reason, detail: [UInt8] = []) {
        self.reason = reason
        self.detail = detail
    }
}
