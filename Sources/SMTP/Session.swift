import CheckpwdCore
import SASL

/// One session as a state machine without I/O: bytes of the client and of the one behind in, one action at a time out.
///
/// Client and the one behind are held in lock-step: no command is looked at before the one before it is answered. So a
/// reply can only belong to the one command that waits for it, a client may pipeline as it likes, and whatever the one
/// behind says unasked is seen to be unasked.
public struct Session: Sendable {
    public enum Action: Sendable {
        /// Nothing to be done; where nothing was consumed either, more must come first.
        case none
        /// To the client.
        case reply(Reply)
        /// To the client, but not at once: logins failed.
        case replyLater(Reply, Duration)
        /// To the client, then the session is over, as `ending` says. Nil where it must end at once: in the middle of a
        /// handshake, no reply would be understood.
        case close(Reply?)
        /// To the client; then throw away what it has sent, begin TLS, and say so by `secured`.
        case startTLS(Reply)
        /// Check this claim, then tell the session by `decided`.
        case authenticate(Claim)
        /// Rejected without a check: log it, then call `decided`. The login is nil if it is not known.
        case refuse(Mechanism, LoginName?, Outcome.Reason)
        /// Open the way to the one behind. If there is none, tell the session by `lost`.
        case open
        /// To the one behind: a command of one line.
        case send([UInt8])
        /// To the one behind: so many of the bytes that were just given, from their start. They count as not consumed,
        /// and need not come again.
        case forward(Int)
    }

    enum State {
        /// The next line is a command.
        case command
        /// The next line is an answer.
        case exchange(Mechanism, Exchange)
        case deciding(Mechanism, LoginName)
        /// A login was rejected without a check, and is being logged.
        case refusing
        case handshake
        /// The way to the one behind is opened; what waits is sent then.
        case opening(Opening, Waiting)
        /// The one behind has a command, and has not answered it.
        case following(Following)
        /// The next bytes are a message.
        case data(DataScanner)
        case closed(Ending)
    }

    let policy: Policy
    let clientAddress: [UInt8]
    let makeChallenge: @Sendable () -> [UInt8]
    var state = State.command
    private var lines = LineScanner()

    public internal(set) var isTLS: Bool
    /// Who logged in, and how. Once is enough (RFC 4954 section 4), and neither EHLO nor RSET undoes it.
    public internal(set) var login: (name: LoginName, mechanism: Mechanism)?
    var failures = 0
    var malformedLogins = 0
    /// Commands that we refused, since the last thing that went well.
    var errors = 0
    /// The name that the client gave itself.
    var name: [UInt8]?
    /// What the one behind offers; nil while there is none.
    var behind: Offer?
    var inTransaction = false

    /// Messages that the one behind took.
    public internal(set) var messages = 0
    public internal(set) var commands = 0
    /// Extensions that the client was offered and the one behind turned out to lack.
    public internal(set) var lacking: [[UInt8]] = []

    /// - Parameters:
    ///   - clientAddress: as text; no bytes where unknown.
    ///   - isTLS: whether the session is encrypted from its first byte.
    ///   - makeChallenge: makes the challenges for CRAM-MD5, angle brackets included.
    public init(
        _ policy: Policy, clientAddress: [UInt8], isTLS: Bool, makeChallenge: @escaping @Sendable () -> [UInt8]
    ) {
        self.policy = policy
        self.clientAddress = clientAddress
        self.isTLS = isTLS
        self.makeChallenge = makeChallenge
    }

    /// What the server says first.
    public var greeting: Reply { .greeting(policy.hostname) }

    /// Whether bytes of the client may be given to it.
    public var wantsClient: Bool {
        switch state {
        case .command, .exchange, .data: true
        case .deciding, .refusing, .handshake, .opening, .following, .closed: false
        }
    }

    /// Whether the next word is the one behind's.
    public var wantsReply: Bool {
        switch state {
        case .opening, .following: true
        case .command, .exchange, .deciding, .refusing, .handshake, .data, .closed: false
        }
    }

    /// Whether the one behind is to be there. Where it is and is not to be, it should be left.
    public var wantsBehind: Bool {
        switch state {
        case .opening: true
        case .closed: false
        default: behind != nil
        }
    }

    /// Whether `secured` is waited for.
    public var isHandshaking: Bool {
        if case .handshake = state { true } else { false }
    }

    /// More bytes of the one behind need not wait for the session: they are no reply then.
    public static let longestReply = ReplyScanner.limit

    /// Why it is over, or nil.
    public var ending: Ending? {
        if case .closed(let ending) = state { ending } else { nil }
    }

    /// - Parameters:
    ///   - bytes: what the client sent and was not consumed.
    ///   - consumed: how many of them need not come again; none where the session wants nothing of the client.
    public mutating func client(_ bytes: UnsafeRawBufferPointer, consumed: inout Int) -> Action {
        consumed = 0
        switch state {
        case .command, .exchange: return line(bytes, &consumed)
        case .data(let scanner): return message(bytes, scanner, &consumed)
        case .deciding, .refusing, .handshake, .opening, .following, .closed: return .none
        }
    }

    private mutating func line(_ bytes: UnsafeRawBufferPointer, _ consumed: inout Int) -> Action {
        switch lines.next(bytes) {
        case .more(let count):
            consumed = count
            return .none
        case .bareLineEnd:
            consumed = bytes.count
            return close(.bareLineEnd, .bareInCommand)
        case .overlong(let count):
            consumed = count
            // RFC 4954 section 4: an exchange whose line is too long has failed.
            guard case .exchange(let mechanism, let exchange) = state else { return fault(.lineTooLong) }
            return refuse(mechanism, exchange.login, .malformed(.lineTooLong))
        case .line(let place, let count):
            consumed = count
            let line = UnsafeRawBufferPointer(rebasing: bytes[place])
            guard case .exchange(let mechanism, let exchange) = state else {
                commands += 1
                return command(line)
            }
            return answer(line, mechanism, exchange)
        }
    }

    mutating func close(_ ending: Ending, _ reply: Reply) -> Action {
        let isHandshaking = isHandshaking
        state = .closed(ending)
        behind = nil
        return .close(isHandshaking ? nil : reply)
    }
}
