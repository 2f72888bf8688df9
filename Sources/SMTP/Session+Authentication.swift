import ByteStrings
import Credentials
import SASL

// AUTH (RFC 4954 section 4).
extension Session {
    mutating func begin(_ name: Slice<UnsafeRawBufferPointer>, _ initialResponse: UnsafeRawBufferPointer?) -> Action {
        guard login == nil else { return .reply(.alreadyAuthenticated) }
        guard !inTransaction else { return .reply(.inTransaction) }
        guard let mechanism = Mechanism(name: name), policy.mechanisms.contains(mechanism) else {
            return .reply(.unknownMechanism)
        }
        guard policy.mechanisms(isTLS: isTLS).contains(mechanism) else { return .reply(.mechanismNeedsTLS) }
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

    mutating func answer(_ line: UnsafeRawBufferPointer, _ mechanism: Mechanism, _ exchange: Exchange) -> Action {
        state = .command
        if line.elementsEqual(CollectionOfOne(UInt8(ascii: "*"))) { return .reply(.cancelled) }
        guard let decoded = Base64.decode(line) else { return .reply(.malformed) }
        return act(on: exchange.answer(decoded), mechanism)
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
            state = .deciding(mechanism, login)
            return .refuse(mechanism, login, .otherIdentity)
        case .malformed: return .reply(.malformed)
        }
    }

    /// What came of the last `authenticate` or `refuse`.
    public mutating func decided(_ outcome: Outcome) -> Action {
        // The session may have ended while somebody was asked.
        guard case .deciding(let mechanism, let login) = state else { return .none }
        state = .command
        switch outcome {
        case .accepted:
            self.login = (login, mechanism)
            // What was opened for a stranger is not for one who may relay.
            behind = nil
            return .reply(.authenticated)
        case .temporary:
            return .reply(.temporary)
        case .rejected:
            failures += 1
            guard failures < policy.failures else { return close(.tooManyFailures, .tooManyFailures) }
            let delay = policy.failureDelay * (1 << min(failures - 1, 16))
            return .replyLater(.rejected, min(delay, Policy.longestFailureDelay))
        }
    }
}
