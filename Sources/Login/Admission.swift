import Accounts
import Checkpassword
import CheckpwdCore
import PAM

/// Begins a login at PAM. Its modules log the login's name and where it comes from, unquoted, among fields of their own; log
/// readers such as fail2ban take those at their word. So none of them sees a name that could be read as more than a name.
///
/// - Throws: `declined` for such a name, unless the account database has exactly that.
func begin(_ login: ResolvedLogin, _ policy: Policy, _ course: inout Course) throws(Failure) -> Transaction {
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

/// Admits a login whose secret was proved. PAM still rules a system account: it goes through the same phases as after a
/// password, as sshd does after a public key.
func admitProved(
    _ login: ResolvedLogin, _ policy: Policy, _ course: inout Course
) throws(Failure) -> Accepted {
    if policy.admitsVirtualAccounts, try Identity.find(login.account) == nil {
        return try admitVirtual(login, policy)
    }
    return try admit(login, try begin(login, policy, &course), policy)
}

/// An account whose only home is the side store: PAM does not know it.
private func admitVirtual(_ login: ResolvedLogin, _ policy: Policy) throws(Failure) -> Accepted {
    guard policy.takeover != .stay else { return Accepted(login.sent, nil) }
    let identity = try virtualIdentity(of: login, policy)
    if policy.takeover == .become { try identity.adoptGroups() }
    return Accepted(login.sent, identity)
}

/// Who a virtual account runs as, under its own name.
///
/// - Throws: `temporary` where the administrator names nobody, or an account that nothing may run as.
func virtualIdentity(of login: ResolvedLogin, _ policy: Policy) throws(Failure) -> Identity {
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

/// The phases that every system account passes, however the login was proved.
func admit(
    _ login: ResolvedLogin, _ transaction: consuming Transaction, _ policy: Policy
) throws(Failure) -> Accepted {
    try transaction.checkAccount()
    let user = try transaction.user()
    guard user == login.account || policy.allowsUserChange else {
        throw .rejected(Cause(.userChangedByPAM, about: user.bytes, remedy: "--allow-user-change lets it pass"))
    }
    switch policy.takeover {
    case .become:
        let identity = try Identity.of(user)
        try identity.adoptGroups()
        try open(&transaction, policy)
        let environment = transaction.environment()
        if policy.session == .held {
            return Accepted(login.sent, identity, environment: environment, session: HeldSession(transaction))
        }
        try close(&transaction, policy)
        return Accepted(login.sent, identity, environment: environment)
    case .describe, .stay:
        // pam_group adds groups to the process, which is to stay as it is.
        let groups = try SupplementaryGroups.current()
        try open(&transaction, policy)
        try groups.restore()
        let identity = policy.takeover == .describe ? try Identity.of(user) : nil
        if policy.session == .held {
            return Accepted(login.sent, identity, session: HeldSession(transaction))
        }
        try close(&transaction, policy)
        try groups.restore()
        return Accepted(login.sent, identity)
    }
}

private func open(_ transaction: inout Transaction, _ policy: Policy) throws(Failure) {
    guard policy.session != .forgone else { return }
    try transaction.establishCredentials()
    guard policy.session != .none else { return }
    do throws(Failure) {
        try transaction.openSession()
    } catch {
        try? transaction.deleteCredentials()
        throw error
    }
}

private func close(_ transaction: inout Transaction, _ policy: Policy) throws(Failure) {
    guard policy.session != .forgone else { return }
    if policy.session != .none { try transaction.closeSession() }
    try transaction.deleteCredentials()
}
