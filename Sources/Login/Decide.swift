import Accounts
import Checkpassword
import CheckpwdCore
import Cryptography
import PAM

/// Decides one login: the only place where PAM and the side store meet.
///
/// - Parameter course: receives what the log and the delay need, whatever the verdict.
/// - Throws: why the login is not accepted.
public func decide(
    _ request: borrowing Request, _ policy: Policy, _ course: inout Course
) throws(Failure) -> Accepted {
    try refuseUnasked(request)
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

/// Refuses what nobody need be asked about. LDAP takes an empty password for an anonymous bind, and says yes.
private func refuseUnasked(_ request: borrowing Request) throws(Failure) {
    guard !request.login.isEmpty else { throw .rejected(Cause(.emptyLogin)) }
    switch request.credential {
    case .password(let place) where place.isEmpty: throw .rejected(Cause(.emptyPassword))
    case .digest(let digest, _, _) where digest.isEmpty: throw .rejected(Cause(.emptyAnswer))
    default: break
    }
}

private func check(
    _ request: borrowing Request, _ login: ResolvedLogin, _ policy: Policy, _ course: inout Course
) throws(Failure) -> Accepted {
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
        return try admitProved(login, policy, &course)
    case .unknownMechanism(let byte):
        throw .declined(Cause(.mechanismNotSpoken, about: [UInt8](decimal: byte)))
    }
}

private func checkPassword(
    _ request: borrowing Request, at place: Range<Int>, _ login: ResolvedLogin, _ policy: Policy, _ course: inout Course
) throws(Failure) -> Accepted {
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
        return try admitProved(login, policy, &course)
    }
    // PAM's modules delay a wrong password.
    course.owesDelay = false
    try Transaction.requireMemory()
    var transaction = try begin(login, policy, &course)
    try request.withBytes(at: place) { (password) throws(Failure) in
        try transaction.authenticate(password: password)
    }
    return try admit(login, transaction, policy)
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
