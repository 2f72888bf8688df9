import CheckpwdCore
import SASL
import TestSupport

/// A step in a form that a test can compare: `Step` holds secrets and cannot be copied.
enum Seen: Equatable {
    case challenge(String, Exchange)
    case password(Mechanism, login: String, password: String)
    case digest(Mechanism, login: String, digest: String, challenge: String)
    case refused(String)
    case malformed

    init(_ step: Step) {
        switch step {
        case .challenge(let bytes, let exchange): self = .challenge(text(bytes), exchange)
        case .attempt(let attempt):
            let login = text(attempt.login.bytes)
            let response = text(attempt.response)
            if let challenge = attempt.challenge {
                self = .digest(attempt.mechanism, login: login, digest: response, challenge: text(challenge))
            } else {
                self = .password(attempt.mechanism, login: login, password: response)
            }
        case .refused(let login): self = .refused(text(login.bytes))
        case .malformed: self = .malformed
        }
    }
}
