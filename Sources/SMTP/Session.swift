import CheckpwdCore
import SASL

/// One session as a state machine without I/O: bytes of the client and of the backend in, one action at a time out.
///
/// Client and the backend are held in lock-step: no command is looked at before the one before it is answered. So a
/// reply can only belong to the one command that waits for it, a client may pipeline as it likes, and whatever the
/// backend says unasked is seen to be unasked.
public struct Session: Sendable {
    public enum Action: Sendable {
        /// Nothing to be done; where nothing was consumed either, more must come first.
        case none
        /// To the client.
        case reply(Reply)
        /// To the client, but not at once: logins failed.
        case replyLater(Reply, Duration)
        /// To the client, then the session is over, as `endReason` says. Nil where it must end at once: in the middle of a
        /// handshake, no reply would be understood.
        case close(Reply?)
        /// To the client; then throw away what it has sent, begin TLS, and say so by `secured`.
        case startTLS(Reply)
        /// Check this attempt, then tell the session by `decided`.
        case authenticate(AuthenticationAttempt)
        /// Rejected without a check: log it, then call `decided`. The login is nil if it is not known.
        case refuse(Mechanism, LoginName?, AuthResult.Reason)
        /// Open the way to the backend. If there is none, tell the session by `backendFailed`.
        case open
        /// To the backend: a command of one line.
        case send([UInt8])
        /// To the backend: so many of the bytes that were just given, from their start. They count as not consumed,
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
        /// The way to the backend is opened; what waits is sent then.
        case opening(BackendOpening, Waiting)
        /// The backend has a command, and has not answered it.
        case following(Following)
        /// The next bytes are a message.
        case data(DataScanner)
        case closed(EndReason)
    }

    let policy: SessionPolicy
    let clientAddress: [UInt8]
    private let makeChallenge: @Sendable () -> [UInt8]
    var state = State.command
    private var lines = LineScanner()

    public internal(set) var isTLS: Bool
    /// Who logged in, and how. Once is enough (RFC 4954 section 4), and neither EHLO nor RSET undoes it.
    public internal(set) var login: (name: LoginName, mechanism: Mechanism)?
    private var failures = 0
    private var malformedLogins = 0
    /// Commands that we refused, since the last thing that went well.
    var errors = 0
    /// The name that the client gave itself.
    var name: [UInt8]?
    /// What the backend offers; nil while there is none.
    var backend: ServiceExtensions?
    var inTransaction = false

    /// Messages that the backend took.
    public internal(set) var messages = 0
    public internal(set) var commands = 0
    /// Extensions that the client was offered and the backend turned out to lack.
    public internal(set) var lacking: [[UInt8]] = []

    /// - Parameters:
    ///   - clientAddress: as text; no bytes where unknown.
    ///   - isTLS: whether the session is encrypted from its first byte.
    ///   - makeChallenge: makes the challenges for CRAM-MD5, angle brackets included.
    public init(
        _ policy: SessionPolicy, clientAddress: [UInt8], isTLS: Bool, makeChallenge: @escaping @Sendable () -> [UInt8]
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

    /// Whether the next word is the backend's.
    public var wantsReply: Bool {
        switch state {
        case .opening, .following: true
        case .command, .exchange, .deciding, .refusing, .handshake, .data, .closed: false
        }
    }

    /// Whether the session needs a backend connection. If one is open while this is false, close it.
    public var wantsBackend: Bool {
        switch state {
        case .opening: true
        case .closed: false
        default: backend != nil
        }
    }

    /// Whether `secured` is waited for.
    public var isHandshaking: Bool {
        if case .handshake = state { true } else { false }
    }

    /// More bytes of the backend need not wait for the session: they are no reply then.
    public static let longestReply = ReplyScanner.limit

    /// Why it is over, or nil.
    public var endReason: EndReason? {
        if case .closed(let endReason) = state { endReason } else { nil }
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

    mutating func close(_ endReason: EndReason, _ reply: Reply) -> Action {
        let isHandshaking = isHandshaking
        state = .closed(endReason)
        backend = nil
        return .close(isHandshaking ? nil : reply)
    }
}

// What a command comes to that the backend has no part in.
extension Session {
    /// No command but AUTH is longer, its end included: RFC 5321 section 4.5.3.1.4 has 512 octets, to which extensions
    /// add.
    private static let commandLimit = 2048

    private mutating func command(_ line: UnsafeRawBufferPointer) -> Action {
        let command = Command(line)
        if line.count + 2 > Self.commandLimit {
            guard case .auth = command else { return fault(.lineTooLong) }
        }
        switch command {
        case .ehlo(let name): return hello(line, [UInt8](line[name]), ehlo)
        case .helo(let name): return hello(line, [UInt8](line[name]), .helo(policy.hostname))
        case .noop: return backend == nil ? .reply(.ok) : follow(line, .command)
        case .rset: return backend == nil ? .reply(.ok) : follow(line, .reset(nil))
        case .help: return .reply(.help)
        case .quit: return close(.quit, .goodbye(policy.hostname))
        case .startTLS: return startTLS()
        case .auth(let mechanism, let initialResponse):
            let initialResponse = initialResponse.map { UnsafeRawBufferPointer(rebasing: line[$0]) }
            return begin(line[mechanism], initialResponse)
        case .mail(let command): return mail(command, line)
        case .notSpoken: return fault(.notSpoken)
        case .badArguments: return badArguments(line)
        case .unrecognized: return fault(.unrecognized)
        }
    }

    /// Refuses a command. Too many refused commands end the session: the client probes for faults, or is a program that
    /// speaks another protocol.
    mutating func fault(_ reply: Reply) -> Action {
        errors += 1
        return errors < policy.errors ? .reply(reply) : close(.tooManyErrors, .tooManyErrors)
    }

    private mutating func badArguments(_ line: UnsafeRawBufferPointer) -> Action {
        let words = line.split(separator: UInt8(ascii: " "))
        guard let verb = words.first, Verb(verb) == .auth, words.count > 1, let mechanism = Mechanism(name: words[1]) else {
            return fault(.badArguments)
        }
        return refuse(mechanism, nil, .malformed(.unexpectedArgument))
    }

    private mutating func hello(_ line: UnsafeRawBufferPointer, _ name: [UInt8], _ reply: Reply) -> Action {
        self.name = name
        // To the backend it is what RSET is, and the client's new name (RFC 5321 section 4.1.4).
        return backend == nil ? .reply(reply) : follow(line, .reset(reply))
    }

    private var ehlo: Reply {
        var lines = [policy.hostname.bytes]
        switch policy.mail {
        case .refused: lines.append([UInt8]("ENHANCEDSTATUSCODES"))
        case .passed(let passing): lines += passing.offer.lines
        }
        if policy.offersTLS && !isTLS { lines.append([UInt8]("STARTTLS")) }
        let mechanisms = policy.mechanisms(isTLS: isTLS)
        if !mechanisms.isEmpty {
            lines.append([UInt8]("AUTH") + mechanisms.flatMap { [UInt8(ascii: " ")] + [UInt8]($0.name) })
        }
        return .ehlo(lines)
    }

    private mutating func startTLS() -> Action {
        guard !isTLS else { return fault(.alreadyTLS) }
        guard policy.offersTLS else { return fault(.noTLS) }
        // RFC 3207 section 4.2: nothing is known any more that came before it.
        state = .handshake
        name = nil
        login = nil
        backend = nil
        inTransaction = false
        return .startTLS(.startTLS)
    }

    /// TLS comes before anything else: `secured` is waited for.
    public mutating func beginHandshake() {
        isTLS = false
        state = .handshake
    }

    /// TLS is active. Means nothing where that was not waited for: the session may have ended during the handshake.
    public mutating func secured() {
        guard isHandshaking else { return }
        isTLS = true
        state = .command
    }

    /// The session is to end, whatever it does.
    ///
    /// - Returns: `close`, unless it has ended already; then `none`.
    public mutating func end(_ endReason: EndReason) -> Action {
        guard self.endReason == nil else { return .none }
        let reply: Reply =
            switch endReason {
            case .idle: .idle
            case .tooLong: .tooLong
            case .draining: .draining
            case .earlyTalker: .earlyTalker
            case .bareLineEnd: .bareInCommand
            case .nul: .nulInMessage
            case .tooManyFailures: .tooManyFailures
            case .tooManyErrors: .tooManyErrors
            case .quit, .clientGone, .tlsFailed: .goodbye(policy.hostname)
            case .backend: .noBackend
            }
        return close(endReason, reply)
    }
}

// AUTH (RFC 4954 section 4).
extension Session {
    private mutating func begin(_ name: Slice<UnsafeRawBufferPointer>, _ initialResponse: UnsafeRawBufferPointer?) -> Action {
        guard login == nil else { return fault(.alreadyAuthenticated) }
        guard !inTransaction else { return fault(.inTransaction) }
        guard let mechanism = Mechanism(name: name) else { return fault(.unknownMechanism) }
        guard policy.mechanisms.contains(mechanism) else { return refuse(mechanism, nil, .notOffered) }
        guard policy.mechanisms(isTLS: isTLS).contains(mechanism) else {
            return refuse(mechanism, nil, .malformed(.beforeTLS))
        }
        guard let initialResponse else {
            let (challenge, exchange) = Exchange.begin(mechanism, challenge: makeChallenge)
            state = .exchange(mechanism, exchange)
            return .reply(.challenge(challenge))
        }
        guard let exchange = Exchange(takingInitialResponseOf: mechanism) else {
            return refuse(mechanism, nil, .malformed(.unexpectedInitialResponse))
        }
        // RFC 4954 section 4: a single equals sign is an initial response of no bytes.
        let isEmpty = initialResponse.elementsEqual(CollectionOfOne(UInt8(ascii: "=")))
        let text = isEmpty ? UnsafeRawBufferPointer(start: nil, count: 0) : initialResponse
        guard let decoded = Base64.decode(text) else { return refuse(mechanism, nil, .malformed(.notBase64)) }
        return act(on: exchange.answer(decoded, policy.loginCase), mechanism)
    }

    private mutating func answer(_ line: UnsafeRawBufferPointer, _ mechanism: Mechanism, _ exchange: Exchange) -> Action {
        state = .command
        if line.elementsEqual(CollectionOfOne(UInt8(ascii: "*"))) { return .reply(.cancelled) }
        guard let decoded = Base64.decode(line) else {
            return refuse(mechanism, exchange.login, .malformed(.notBase64))
        }
        return act(on: exchange.answer(decoded, policy.loginCase), mechanism)
    }

    /// Rejects a login without a check.
    private mutating func refuse(_ mechanism: Mechanism, _ login: LoginName?, _ reason: AuthResult.Reason) -> Action {
        state = .refusing
        return .refuse(mechanism, login, reason)
    }

    private mutating func act(on step: Step, _ mechanism: Mechanism) -> Action {
        switch step {
        case .challenge(let bytes, let exchange):
            state = .exchange(mechanism, exchange)
            return .reply(.challenge(bytes))
        case .attempt(let attempt):
            state = .deciding(mechanism, attempt.login)
            return .authenticate(attempt)
        case .refused(let login):
            return refuse(mechanism, login, .otherIdentity)
        case .malformed(let fault, let login): return refuse(mechanism, login, .malformed(fault))
        }
    }

    /// What came of the last `authenticate` or `refuse`.
    public mutating func decided(_ outcome: AuthResult) -> Action {
        switch (state, outcome) {
        case (.deciding(let mechanism, let login), .accepted):
            state = .command
            self.login = (login, mechanism)
            errors = 0
            // What was opened for a stranger is not for one who may relay.
            backend = nil
            return .reply(.authenticated)
        case (.deciding, .temporary):
            state = .command
            return .reply(.temporary)
        case (.deciding, .rejected(let reason)), (.refusing, .rejected(let reason)):
            state = .command
            return rejected(reason)
        // The session may have ended during the check.
        default:
            return .none
        }
    }

    private mutating func rejected(_ reason: AuthResult.Reason) -> Action {
        switch reason {
        case .notOffered: return fault(.unknownMechanism)
        case .malformed(let fault):
            malformedLogins += 1
            guard malformedLogins < policy.malformedLogins else { return close(.tooManyErrors, .tooManyErrors) }
            return .reply(.malformed(fault))
        case .exitStatus, .cannotStart, .timedOut, .busy, .tooLong, .otherIdentity:
            failures += 1
            guard failures < policy.failures else { return close(.tooManyFailures, .tooManyFailures) }
            let delay = policy.failureDelay * (1 << min(failures - 1, 16))
            return .replyLater(.rejected, min(delay, SessionPolicy.longestFailureDelay))
        }
    }
}
