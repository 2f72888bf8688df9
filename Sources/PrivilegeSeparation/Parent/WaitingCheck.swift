import CheckpwdCore

/// A login that waits for its turn to have the auth command run.
final class WaitingCheck {
    let login: Login
    let surroundings: Surroundings
    private var credentials: Secret?

    init(ticket: UInt64, method: [UInt8], _ surroundings: Surroundings, _ credentials: consuming Secret) {
        login = Login(ticket: ticket, method: method, in: credentials)
        self.surroundings = surroundings
        self.credentials = consume credentials
    }

    /// The credentials, once.
    func take() -> Secret { credentials.take()! }

    /// The variables as an auth command that stays is told them: a NUL after each, and a NUL more.
    var variables: [UInt8] {
        var variables: [UInt8] = []
        for entry in surroundings.entries { variables += entry + [0] }
        return variables + [0]
    }
}
