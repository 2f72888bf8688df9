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
        case .claim(let claim):
            let login = text(claim.login.bytes)
            let proof = text(claim.proof)
            if let challenge = claim.challenge {
                self = .digest(claim.mechanism, login: login, digest: proof, challenge: text(challenge))
            } else {
                self = .password(claim.mechanism, login: login, password: proof)
            }
        case .refused(let login): self = .refused(text(login.bytes))
        case .malformed: self = .malformed
        }
    }
}
