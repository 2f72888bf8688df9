import Credentials

/// A login that waits for its turn to have the auth command run.
final class WaitingCheck {
    let ticket: UInt64
    let surroundings: Surroundings
    private var credentials: Secret?

    init(ticket: UInt64, _ surroundings: Surroundings, _ credentials: consuming Secret) {
        self.ticket = ticket
        self.surroundings = surroundings
        self.credentials = consume credentials
    }

    /// The credentials, once.
    func take() -> Secret { credentials.take()! }
}
