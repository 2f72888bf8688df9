import Accounts
import Checkpassword
import CheckpwdCore
import PAM

/// A login that may go on.
public struct Accepted: ~Copyable {
    /// As it was sent.
    public let login: LoginName
    /// The account; nil where the policy asks for none. Where the process is to become it, it has its groups already.
    public let identity: Identity?
    /// What PAM's modules want in the program's environment.
    public let environment: [[UInt8]]
    private var session: HeldSession?

    init(_ login: LoginName, _ identity: Identity?, environment: [[UInt8]] = [], session: consuming HeldSession? = nil) {
        self.login = login
        self.identity = identity
        self.environment = environment
        self.session = session
    }

    /// Hands over the session that stays open while the program runs, if there is one.
    public mutating func takeSession() -> HeldSession? {
        session.take()
    }
}

/// A PAM session that is open.
public struct HeldSession: ~Copyable {
    private var transaction: Transaction

    init(_ transaction: consuming Transaction) {
        self.transaction = transaction
    }

    /// Closes the session and takes the credentials back; nothing can be done about a module that fails here.
    public mutating func close() {
        try? transaction.closeSession()
        try? transaction.deleteCredentials()
    }
}
