import SMTP
import ServerSupport

extension Outcome {
    /// What the meters call it.
    var verdict: Meters.Verdict {
        switch self {
        case .accepted: .accepted
        case .rejected: .rejected
        case .temporary: .temporary
        }
    }
}
