import Credentials

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

    /// What an auth command that stays is asked, once: the variables, each with a NUL after it, a NUL more, the credentials.
    func takePacket() -> Secret {
        var variables: [UInt8] = []
        for entry in surroundings.entries { variables += entry + [0] }
        variables.append(0)
        let credentials = take()
        return Secret(capacity: variables.count + credentials.count) { buffer in
            buffer.copyBytes(from: variables)
            credentials.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[variables.count...]).copyMemory(from: $0) }
            return buffer.count
        }
    }
}
