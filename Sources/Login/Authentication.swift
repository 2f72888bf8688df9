import Accounts
import Checkpassword
import CheckpwdCore
import Cryptography
import PAM

/// A login whose password or answer is right, and whose account may log in now. Nothing about the process has changed yet.
public struct AuthenticatedLogin: ~Copyable {
    /// What is to become of the process.
    enum Future {
        /// It becomes the user.
        case become(Identity)
        /// It stays who it is, and tells Dovecot who the user is.
        case describe(Identity)
        /// It stays who it is; there need not be an account.
        case stay
    }

    /// As it was sent.
    public let login: LoginName
    let future: Future
    private var transaction: Transaction?

    fileprivate init(_ login: LoginName, _ future: Future, _ transaction: consuming Transaction?) {
        self.login = login
        self.future = future
        self.transaction = transaction
    }

    /// PAM's transaction; nil for a virtual account.
    mutating func takeTransaction() -> Transaction? { transaction.take() }
}

/// Decides one login, and changes nothing about the process: the only place where PAM and the side store meet.
///
/// PAM judges a password, or the side store judges it or an answer. Then PAM judges the account, whatever proved the login, as
/// sshd has it do after a public key. `Takeover` acts on the result.
///
/// - Parameter course: receives what the log and the delay need, whatever the verdict.
/// - Throws: why the login is not accepted.
public func authenticate(
    _ request: borrowing Request, _ policy: Policy, _ course: inout Course
) throws(Failure) -> AuthenticatedLogin {
    try rejectEmpty(request)
    if !policy.allowsOther { try policy.service.requireOwnFile() }
    let login = ResolvedLogin(request.login, stripping: policy.domains)
    do throws(Failure) {
        return try check(request, login, policy, &course)
    } catch {
        if course.owesDelay, policy.countsFailures { try countFailure(of: login, policy, &course) }
        // The next module of a chain may count fields less strictly.
        if case .declined(let cause) = error, request.holdsSmuggledAnswer { throw .rejected(cause) }
        throw error
    }
}

/// Rejects an empty login name, password or digest without asking PAM or the store. LDAP takes an empty password for an
/// anonymous bind, and says yes.
private func rejectEmpty(_ request: borrowing Request) throws(Failure) {
    guard !request.login.isEmpty else { throw .rejected(Cause(.emptyLogin)) }
    switch request.credential {
    case .password(let place) where place.isEmpty: throw .rejected(Cause(.emptyPassword))
    case .digest(let digest, _, _) where digest.isEmpty: throw .rejected(Cause(.emptyAnswer))
    default: break
    }
}

private func check(
    _ request: borrowing Request, _ login: ResolvedLogin, _ policy: Policy, _ course: inout Course
) throws(Failure) -> AuthenticatedLogin {
    switch request.credential {
    case .password(let place):
        return try checkPassword(request, at: place, login, policy, &course)
    case .digest(let digest, let challenge, let mechanisms):
        do throws(Failure) {
            try prove(
                request, digest: digest, challenge: challenge, by: mechanisms.intersection(policy.mechanisms), login,
                policy, &course)
        } catch {
            // In the form that qmail-popup gives to USER and PASS, the digest may be a password that looks like one.
            guard case .declined = error, policy.allowsHexPasswords, mechanisms.contains(.apop) else { throw error }
            return try checkPassword(request, at: digest, login, policy, &course)
        }
        return try checkAccount(ofProved: login, policy, &course)
    case .unknownMechanism(let byte):
        throw .declined(Cause(.mechanismNotSpoken, about: [UInt8](decimal: byte)))
    }
}

private func checkPassword(
    _ request: borrowing Request, at place: Range<Int>, _ login: ResolvedLogin, _ policy: Policy, _ course: inout Course
) throws(Failure) -> AuthenticatedLogin {
    course.mechanism = .plain
    guard policy.mechanisms.contains(.plain) else { throw .declined(Cause(.mechanismNotEnabled)) }
    let asksPAM =
        switch policy.passwordSource {
        case .pam: true
        case .store: false
        // A system account that PAM refuses stays refused, whatever the store says.
        case .pamThenStore: try Identity.find(login.account) != nil
        }
    guard asksPAM else {
        try compare(request, at: place, login, policy, &course)
        return try checkAccount(ofProved: login, policy, &course)
    }
    // PAM's modules delay a wrong password.
    course.owesDelay = false
    try Transaction.requireMemory()
    var transaction = try begin(login, policy, &course)
    try request.withBytes(at: place) { (password) throws(Failure) in
        try transaction.authenticate(password: password)
    }
    return try checkAccount(login, transaction, policy)
}

/// Lets the service's modules, such as pam_faillock, count a wrong guess at the store: they are asked about a password that
/// cannot be right. Whatever they answer, the login stays refused.
private func countFailure(of login: ResolvedLogin, _ policy: Policy, _ course: inout Course) throws(Failure) {
    guard try Identity.find(login.account) != nil else { return }
    var transaction = try begin(login, policy, &course)
    let password = try ReadableSecret.make(length: 32)
    do throws(Failure) {
        try password.withUnsafeBytes { (password) throws(Failure) in try transaction.authenticate(password: password) }
    } catch {
        // They delayed it, too.
        course.owesDelay = false
    }
}

/// Begins a login at PAM. Its modules log the login's name and where it comes from, unquoted, among fields of their own; log
/// readers such as fail2ban take those at their word. So none of them sees a name that could be read as more than a name.
///
/// - Throws: `declined` for such a name, unless the account database has exactly that.
private func begin(_ login: ResolvedLogin, _ policy: Policy, _ course: inout Course) throws(Failure) -> Transaction {
    if !login.account.isPlain, try Identity.find(login.account) == nil {
        course.owesDelay = true
        throw .declined(Cause(.loginWithUnsafeCharacters))
    }
    var transaction = try Transaction(service: policy.service, login: login.account, trace: policy.trace)
    if HostName.isPlain(policy.remoteHost) { try transaction.set(.remoteHost, policy.remoteHost) }
    try transaction.set(.terminal, policy.terminal)
    if login.sent.isPlain { try transaction.set(.remoteUser, login.sent.bytes) }
    return transaction
}

/// Asks about the account of a login that the side store proved.
private func checkAccount(
    ofProved login: ResolvedLogin, _ policy: Policy, _ course: inout Course
) throws(Failure) -> AuthenticatedLogin {
    if policy.admitsVirtualAccounts, try Identity.find(login.account) == nil {
        // An account whose only home is the side store: PAM does not know it.
        return AuthenticatedLogin(
            login.sent, try future(policy) { () throws(Failure) in try virtualAccount(of: login, policy) }, nil)
    }
    return try checkAccount(login, try begin(login, policy, &course), policy)
}

/// The phases that every system account passes, however the login was proved.
private func checkAccount(
    _ login: ResolvedLogin, _ transaction: consuming Transaction, _ policy: Policy
) throws(Failure) -> AuthenticatedLogin {
    try transaction.checkAccount()
    let user = try transaction.user()
    guard user == login.account || policy.allowsUserChange else {
        throw .rejected(Cause(.userChangedByPAM, about: user.bytes, remedy: "--allow-user-change lets it pass"))
    }
    let future = try future(policy) { () throws(Failure) in try Identity.of(user) }
    return AuthenticatedLogin(login.sent, future, transaction)
}

private func future(
    _ policy: Policy, _ account: () throws(Failure) -> Identity
) throws(Failure) -> AuthenticatedLogin.Future {
    switch policy.takeover {
    case .become: .become(try account())
    case .describe: .describe(try account())
    case .stay: .stay
    }
}

/// The system account that a virtual account runs as, under its own name.
///
/// - Throws: `temporary` where the administrator names nobody, or an account that nothing may run as.
func virtualAccount(of login: ResolvedLogin, _ policy: Policy) throws(Failure) -> Identity {
    guard let user = policy.virtualUser else {
        throw .temporary(
            Cause(
                .virtualAccountHasNoUser, about: login.sent.bytes,
                remedy: "--virtual-user names the account that it runs as, or use --noenv"))
    }
    guard let identity = try Identity.find(user) else {
        throw .temporary(
            Cause(
                .virtualUserIsNoSystemAccount, about: user.bytes,
                remedy: "add the account, or name another with --virtual-user"))
    }
    guard identity.uid != 0 else {
        throw .temporary(Cause(.virtualUserIsRoot, about: user.bytes, remedy: "name another account with --virtual-user"))
    }
    return identity.named(login.sent)
}

/// Begins nobody's login. While it is there, so are the service's modules and their libraries, and the logins of a process
/// that has many need not load them.
///
/// - Returns: nil where that cannot be; each login then finds out why.
public func loadModules(_ policy: Policy) -> Transaction? {
    do throws(Failure) {
        if !policy.allowsOther { try policy.service.requireOwnFile() }
        return try Transaction(service: policy.service, login: LoginName([]), trace: policy.trace)
    } catch {
        return nil
    }
}

/// What became known of a login on the way to its verdict, whichever that is.
public struct Course: Sendable {
    /// The mechanism that decided; nil if none did yet.
    public internal(set) var mechanism: Mechanisms?
    /// Whether a wrong guess took no time: PAM's modules, which delay theirs, were not asked.
    public internal(set) var owesDelay = false

    public init() {}
}

/// Where a login comes from, as the caller's environment has it.
private enum HostName {
    /// Whether it has no byte that an address or a host's name cannot have: a PAM module logs it unquoted.
    static func isPlain(_ text: [UInt8]) -> Bool {
        text.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: ":"), UInt8(ascii: "%"):
                true
            default: false
            }
        }
    }
}
