import CheckpwdCore

/// A login as the parent itself saw it: in the credentials of a check, and not in what the network process says later.
struct LoginAttempt: Equatable {
    let ticket: UInt64
    /// The first field of the credentials: whom the auth command is asked about.
    let user: [UInt8]
    let method: [UInt8]

    init(ticket: UInt64, user: [UInt8], method: [UInt8]) {
        self.ticket = ticket
        self.user = user
        self.method = method
    }

    init(ticket: UInt64, method: [UInt8], in credentials: borrowing Secret) {
        let user = credentials.withUnsafeBytes { Array($0.prefix { $0 != 0 }) }
        self.init(ticket: ticket, user: user, method: method)
    }
}

/// The logins for which the auth command ended with 0, by the tickets of their checks, until their sessions are over. For
/// nobody else is a program started that relays.
struct AuthenticatedLogins {
    private let most: Int
    private var logins: [UInt64: LoginAttempt] = [:]

    /// - Parameter most: how many are remembered: as many as there can be sessions.
    init(most: Int) {
        self.most = most
    }

    mutating func add(_ login: LoginAttempt) {
        // Whoever has more logins than there are sessions does not forget as it should, and is not waited for.
        if logins.count < most { logins[login.ticket] = login }
    }

    mutating func forget(_ ticket: UInt64) { logins[ticket] = nil }

    /// The environment of a program that is started for the login of a check.
    ///
    /// - Parameter connection: what it is told of the connection.
    /// - Throws: `unexpected` where that check is not known to have ended with 0.
    func environment(of ticket: UInt64, _ connection: ConnectionEnvironment) throws(Malformed) -> ConnectionEnvironment {
        guard let login = logins[ticket] else { throw .unexpected }
        var told = connection
        do throws(Malformed) {
            try told.set(.authenticatedUser, login.user)
            try told.set(.authenticationMethod, login.method)
            try told.set(.relayClient, [])
        } catch {
            // Whose name cannot be told does not relay.
            return connection
        }
        return told
    }
}
