import CheckpwdCore

/// A login as the parent itself saw it: in the credentials of a check, and not in what the network process says later.
struct Login: Equatable {
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
struct Proven {
    private let most: Int
    private var logins: [UInt64: Login] = [:]

    /// - Parameter most: how many are remembered: as many as there can be sessions.
    init(most: Int) {
        self.most = most
    }

    mutating func add(_ login: Login) {
        // Whoever has more logins than there are sessions does not forget as it should, and is not waited for.
        if logins.count < most { logins[login.ticket] = login }
    }

    mutating func forget(_ ticket: UInt64) { logins[ticket] = nil }

    /// What a program is told of the login of a check.
    ///
    /// - Parameter surroundings: what it is told of the connection.
    /// - Throws: `unexpected` where that check is not known to have ended with 0.
    func surroundings(_ ticket: UInt64, _ surroundings: Surroundings) throws(Malformed) -> Surroundings {
        guard let login = logins[ticket] else { throw .unexpected }
        var told = surroundings
        do throws(Malformed) {
            try told.set(.authenticatedUser, login.user)
            try told.set(.authenticationMethod, login.method)
            try told.set(.relayClient, [])
        } catch {
            // Whose name cannot be told does not relay.
            return surroundings
        }
        return told
    }
}
