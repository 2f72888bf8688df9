import ByteStrings
import Credentials
import SASL

/// One client's SMTP session as a state machine: a line in, one action out, no I/O.
struct Session: Sendable {
    enum Action: ~Copyable {
        case reply(Reply)
        /// Check this claim, then tell the session through `decided`; until then it wants no input.
        case authenticate(Claim)
        /// Refused without asking anybody: reply, and say in the log who it was.
        case refuse(Reply, Mechanism, Login, Outcome.Reason)
        /// Reply, then end the session.
        case close(Reply)
    }

    private enum State {
        case command
        case exchange(Mechanism, Exchange)
        case deciding
        case closed
    }

    private let hostname: Hostname
    private let makeChallenge: @Sendable () -> [UInt8]
    private var state = State.command
    /// Once is enough (RFC 4954 section 4), and neither EHLO nor RSET undoes it.
    private var isAuthenticated = false

    /// - Parameter makeChallenge: makes the challenges for CRAM-MD5, angle brackets included.
    init(hostname: Hostname, makeChallenge: @escaping @Sendable () -> [UInt8]) {
        self.hostname = hostname
        self.makeChallenge = makeChallenge
    }

    /// What the server says first.
    var greeting: Reply { .greeting(hostname) }

    /// Whether the next line may be given to it.
    var wantsInput: Bool {
        switch state {
        case .command, .exchange: true
        case .deciding, .closed: false
        }
    }

    mutating func receive(_ input: consuming LineAssembler.Input) -> Action {
        switch consume input {
        case .line(let line):
            return line.withUnsafeBytes { receive($0) }
        case .overlong:
            // RFC 4954 section 4: an exchange whose line is too long has failed.
            state = .command
            return .reply(.lineTooLong)
        }
    }

    /// The claim of the last `authenticate` was checked.
    mutating func decided(_ outcome: Outcome) -> Reply {
        isAuthenticated = outcome == .accepted
        state = .command
        return outcome.reply
    }

    private mutating func receive(_ line: UnsafeRawBufferPointer) -> Action {
        switch state {
        case .command: command(line)
        case .exchange(let mechanism, let exchange): answer(line, mechanism, exchange)
        case .deciding, .closed: preconditionFailure("a line was given to a session that wants none")
        }
    }

    private mutating func command(_ line: UnsafeRawBufferPointer) -> Action {
        switch Command(line) {
        case .ehlo: return .reply(.ehlo(hostname))
        case .helo: return .reply(.helo(hostname))
        case .noop, .rset: return .reply(.ok)
        case .quit:
            state = .closed
            return .close(.goodbye(hostname))
        case .auth(let mechanism, let initialResponse):
            let initialResponse = initialResponse.map { UnsafeRawBufferPointer(rebasing: line[$0]) }
            return begin(line[mechanism], initialResponse)
        case .mail: return .reply(.noMail)
        case .startTLS: return .reply(.noTLS)
        case .badArguments: return .reply(.badArguments)
        case .unrecognized: return .reply(.unrecognized)
        }
    }

    private mutating func begin(
        _ name: Slice<UnsafeRawBufferPointer>, _ initialResponse: UnsafeRawBufferPointer?
    ) -> Action {
        guard !isAuthenticated else { return .reply(.alreadyAuthenticated) }
        guard let mechanism = Mechanism(name: name) else { return .reply(.unknownMechanism) }
        guard let initialResponse else {
            let (challenge, exchange) = Exchange.begin(mechanism, challenge: makeChallenge)
            state = .exchange(mechanism, exchange)
            return .reply(.challenge(challenge))
        }
        guard let exchange = Exchange(takingInitialResponseOf: mechanism) else {
            return .reply(.unexpectedInitialResponse)
        }
        // RFC 4954 section 4: a single equals sign is an initial response of no bytes.
        let isEmpty = initialResponse.elementsEqual(CollectionOfOne(UInt8(ascii: "=")))
        let text = isEmpty ? UnsafeRawBufferPointer(start: nil, count: 0) : initialResponse
        guard let decoded = Base64.decode(text) else { return .reply(.malformed) }
        return act(on: exchange.answer(decoded), mechanism)
    }

    private mutating func answer(
        _ line: UnsafeRawBufferPointer, _ mechanism: Mechanism, _ exchange: Exchange
    ) -> Action {
        state = .command
        if line.elementsEqual(CollectionOfOne(UInt8(ascii: "*"))) { return .reply(.cancelled) }
        guard let decoded = Base64.decode(line) else { return .reply(.malformed) }
        return act(on: exchange.answer(decoded), mechanism)
    }

    private mutating func act(on step: consuming Step, _ mechanism: Mechanism) -> Action {
        switch consume step {
        case .challenge(let bytes, let exchange):
            state = .exchange(mechanism, exchange)
            return .reply(.challenge(bytes))
        case .claim(let claim):
            state = .deciding
            return .authenticate(claim)
        case .refused(let login): return .refuse(.rejected, mechanism, login, .otherIdentity)
        case .malformed: return .reply(.malformed)
        }
    }
}
