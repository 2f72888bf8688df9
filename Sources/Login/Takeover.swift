import Accounts
import CLibc
import CheckpwdCore
import PAM

/// What happens to the process after a login is accepted. The order is the safety, so all of it stands here, from top to bottom:
///
/// 1. `begin`: the account's groups; PAM's credentials; PAM's session; unless the session is held, its end and PAM's.
/// 2. `prepareProcess`: changes that modules made are undone; the user; its home directory; the environment.
/// 3. `run`: descriptors and limits are the caller's again; the program takes the process's place.
///
/// The caller logs the verdict between 2 and 3. Each step throws `temporary`, and then no program may run.
public struct Takeover: ~Copyable {
    /// As it was sent.
    public let login: LoginName
    private let future: AuthenticatedLogin.Future
    /// What PAM's modules want in the program's environment.
    private let environment: [[UInt8]]
    private var session: HeldSession?

    private init(
        _ login: LoginName, _ future: AuthenticatedLogin.Future, _ environment: [[UInt8]] = [], _ session: consuming HeldSession? = nil
    ) {
        self.login = login
        self.future = future
        self.environment = environment
        self.session = session
    }

    // MARK: 1. Groups, credentials, session

    public static func begin(_ authenticated: consuming AuthenticatedLogin, _ policy: Policy) throws(Failure) -> Takeover {
        let (login, future) = (authenticated.login, authenticated.future)
        // A process that stays who it is keeps its groups. Otherwise the account's come before credentials: pam_group adds to
        // them (pam_setcred(3)).
        var groups: SupplementaryGroups?
        if case .become(let account) = future { try account.adoptGroups() } else { groups = try SupplementaryGroups.current() }
        // A virtual account is unknown to PAM.
        guard var transaction = authenticated.takeTransaction() else { return Takeover(login, future) }
        try open(&transaction, policy.session)
        try groups?.restore()
        let environment = groups == nil ? transaction.environment() : []
        if policy.session == .held { return Takeover(login, future, environment, HeldSession(transaction)) }
        try close(&transaction, policy.session)
        try groups?.restore()
        return Takeover(login, future, environment)
    }

    private static func open(_ transaction: inout Transaction, _ session: Policy.Session) throws(Failure) {
        guard session != .notEstablished else { return }
        try transaction.establishCredentials()
        guard session != .none else { return }
        do throws(Failure) {
            try transaction.openSession()
        } catch {
            try? transaction.deleteCredentials()
            throw error
        }
    }

    private static func close(_ transaction: inout Transaction, _ session: Policy.Session) throws(Failure) {
        guard session != .notEstablished else { return }
        if session != .none { try transaction.closeSession() }
        try transaction.deleteCredentials()
    }

    /// Hands over the session that stays open while the program runs, if there is one.
    public mutating func takeSession() -> HeldSession? { session.take() }

    // MARK: 2. User, directory, environment

    /// - Parameters:
    ///   - enteringHome: whether a process that becomes the user changes to its home directory.
    ///   - service: the value of `AUTHSERVICE`, if any.
    public borrowing func prepareProcess(enteringHome: Bool, service: [UInt8]?) throws(Failure) {
        switch future {
        case .become(let account):
            try Inheritance.restore(staying: false)
            try Takeover.become(account)
            if enteringHome { try Takeover.enterHome(of: account) }
            // Only now: a variable of the user's choice means nothing to a process that is the user.
            try ProgramEnvironment.add(environment)
            try ProgramEnvironment.setUser(account)
        case .describe(let account):
            try Inheritance.restore(staying: true)
            try ProgramEnvironment.setDovecotVariables(account)
        case .stay:
            try Inheritance.restore(staying: true)
            try ProgramEnvironment.setUser(login)
        }
        if let service { try ProgramEnvironment.setAuthService(service) }
    }

    /// Gives up all other rights for good. Both ids are verified, since a way back to root would be a defect of the system.
    private static func become(_ account: Identity) throws(Failure) {
        guard setuid(account.uid) == 0 else { throw account.notPermitted(.cannotSetUser) }
        // What PAM's modules hold may still be in memory, until the program takes its place.
        _ = clibc_forbid_dumps()
        guard setuid(0) != 0, getuid() == account.uid, geteuid() == account.uid, getgid() == account.gid,
            getegid() == account.gid
        else {
            throw account.notPermitted(.cannotGiveUpRoot)
        }
    }

    /// As the user, since root may not enter a home directory on NFS.
    private static func enterHome(of account: Identity) throws(Failure) {
        guard account.home.withCString({ chdir($0) }) == 0 else {
            throw .temporary(
                Cause(
                    .cannotEnterHomeDirectory, about: account.home, errno: clibc_errno(),
                    remedy: "create it, or use --no-chdir-home"))
        }
    }

    // MARK: 3. The program

    /// Runs a program in place of this one, searched for in `$PATH`. It finds descriptors and limits as the caller left them.
    ///
    /// - Parameters:
    ///   - arguments: the program and its arguments, ended by a null pointer.
    ///   - descriptor: one that stays open although the caller did not leave it.
    ///   - permit: lifts the guard against modules that run a program themselves.
    /// - Throws: `temporary` if it cannot be run.
    public static func run(
        _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>, keeping descriptor: Int32 = -1, _ permit: () -> Void
    ) throws(Failure) -> Never {
        guard let program = arguments[0] else { throw .misused(Cause(.noProgramToRun)) }
        try Inheritance.release(keeping: descriptor)
        permit()
        execvp(program, arguments)
        throw .temporary(
            Cause(
                .cannotRunProgram, about: [UInt8](cString: program), errno: clibc_errno(),
                remedy: "give its full path; the user must be allowed to execute it"))
    }

    /// The same, with a login as the program's only argument, whatever blanks that holds.
    public static func run(_ program: [UInt8], with login: LoginName, _ permit: () -> Void) throws(Failure) -> Never {
        try program.withCString { (program) throws(Failure) in
            try login.bytes.withCString { (login) throws(Failure) in
                // SAFETY: execvp does not write to its arguments.
                var arguments = [UnsafeMutablePointer(mutating: program), UnsafeMutablePointer(mutating: login), nil]
                try arguments.withUnsafeMutableBufferPointer { (arguments) throws(Failure) in
                    try run(arguments.baseAddress!, permit)
                }
            }
        }
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
