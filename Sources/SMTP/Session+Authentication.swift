import CheckpwdCore
import SASL

// AUTH (RFC 4954 section 4).
extension Session {
    mutating func begin(_ name: Slice<UnsafeRawBufferPointer>, _ initialResponse: UnsafeRawBufferPointer?) -> Action {
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

    mutating func answer(_ line: UnsafeRawBufferPointer, _ mechanism: Mechanism, _ exchange: Exchange) -> Action {
        state = .command
        if line.elementsEqual(CollectionOfOne(UInt8(ascii: "*"))) { return .reply(.cancelled) }
        guard let decoded = Base64.decode(line) else {
            return refuse(mechanism, exchange.login, .malformed(.notBase64))
        }
        return act(on: exchange.answer(decoded, policy.loginCase), mechanism)
    }

    /// Rejects a login without a check.
    mutating func refuse(_ mechanism: Mechanism, _ login: LoginName?, _ reason: Outcome.Reason) -> Action {
        state = .refusing
        return .refuse(mechanism, login, reason)
    }

    private mutating func act(on step: Step, _ mechanism: Mechanism) -> Action {
        switch step {
        case .challenge(let bytes, let exchange):
            state = .exchange(mechanism, exchange)
            return .reply(.challenge(bytes))
        case .claim(let claim):
            state = .deciding(mechanism, claim.login)
            return .authenticate(claim)
        case .refused(let login):
            return refuse(mechanism, login, .otherIdentity)
        case .malformed(let fault, let login): return refuse(mechanism, login, .malformed(fault))
        }
    }

    /// What came of the last `authenticate` or `refuse`.
    public mutating func decided(_ outcome: Outcome) -> Action {
        switch (state, outcome) {
        case (.deciding(let mechanism, let login), .accepted):
            state = .command
            self.login = (login, mechanism)
            errors = 0
            // What was opened for a stranger is not for one who may relay.
            behind = nil
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

    private mutating func rejected(_ reason: Outcome.Reason) -> Action {
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
            return .replyLater(.rejected, min(delay, Policy.longestFailureDelay))
        }
    }
}
