import ByteStrings
import ChallengeResponse
import Checkpassword
import Credentials
import PAM
import SecretStore
import Verdicts

/// Who may go on.
public enum Accepted: Sendable {
    /// The process has taken on the account's groups, and is to become it.
    case account(Identity)
    /// The process stays as it is.
    case login(Login)
}

/// Decides one login: the only place where PAM and the side store meet.
///
/// The side store proves identity, PAM still rules the account: an answer to a challenge that is right goes through the
/// same account phase, credentials and session as a password, as sshd does after a public key.
///
/// - Throws: why the login is not accepted.
public func decide(_ request: borrowing Request, _ policy: Policy) throws(Failure) -> Accepted {
    try refuseUnasked(request)
    if !policy.allowsOther { try policy.service.requireOwnFile() }

    switch request.credential {
    case .password(let place):
        var transaction = try begin(request.login, policy)
        try request.withBytes(at: place) { (password) throws(Failure) in
            try transaction.authenticate(password: password)
        }
        return try admit(request.login, &transaction, policy)

    case .digest(let digest, let challenge, let kinds):
        try prove(request, digest: digest, challenge: challenge, kinds, policy)
        var transaction = try begin(request.login, policy)
        return try admit(request.login, &transaction, policy)

    case .unknownMechanism:
        throw .rejected(Cause("mechanism not spoken"))
    }
}

/// Refuses what nobody need be asked about. LDAP takes an empty password for an anonymous bind, and says yes.
private func refuseUnasked(_ request: borrowing Request) throws(Failure) {
    guard !request.login.isEmpty else { throw .rejected(Cause("empty login")) }
    switch request.credential {
    case .password(let place) where place.isEmpty: throw .rejected(Cause("empty password"))
    case .digest(let digest, _, _) where digest.isEmpty: throw .rejected(Cause("empty answer"))
    case .unknownMechanism(let byte):
        throw .rejected(Cause("mechanism not spoken", about: [UInt8](decimal: byte)))
    default: break
    }
}

private func begin(_ login: Login, _ policy: Policy) throws(Failure) -> Transaction {
    var transaction = try Transaction(service: policy.service, login: login, trace: policy.trace)
    if !policy.remoteHost.isEmpty { try transaction.setRemoteHost(policy.remoteHost) }
    return transaction
}

/// Checks the answer to a challenge against the side store.
private func prove(
    _ request: borrowing Request, digest: Range<Int>, challenge: Range<Int>, _ kinds: Request.DigestKinds,
    _ policy: Policy
) throws(Failure) {
    policy.trace("side store", policy.store)
    let ring = try KeyRing(at: policy.storeKey)
    guard let secret = try SecretStore(at: policy.store).secret(of: request.login, with: ring) else {
        throw .rejected(Cause("login has no secret", remedy: "checkpwdctl set gives it one"))
    }
    var digests: [Digest] = []
    if kinds.contains(.cramMD5) { digests.append(.cramMD5) }
    if kinds.contains(.apop) { digests.append(.apop) }
    let proved = try request.withBytes(at: challenge) { (challenge) throws(Failure) in
        try request.withBytes(at: digest) { (digest) throws(Failure) in
            try Answer(to: challenge, digest: digest).proves(secret, by: digests)
        }
    }
    guard proved else { throw .rejected(Cause("wrong answer to challenge")) }
}

/// The phases that every accepted login passes, however it was proved.
private func admit(
    _ login: Login, _ transaction: inout Transaction, _ policy: Policy
) throws(Failure) -> Accepted {
    try transaction.checkAccount()
    guard policy.keepsIdentity else {
        let identity = try Identity.of(login)
        try identity.adoptGroups()
        try attend(&transaction)
        return .account(identity)
    }
    // pam_group adds groups to the process, which is to stay as it is.
    let groups = try SupplementaryGroups.current()
    try attend(&transaction)
    try groups.restore()
    return .login(login)
}

/// Credentials and session, opened and closed again: modules do their work there (a home is made, limits are set), and
/// nobody is left to close a session once the program has taken our place.
private func attend(_ transaction: inout Transaction) throws(Failure) {
    try transaction.establishCredentials()
    do {
        try transaction.openSession()
    } catch {
        try? transaction.deleteCredentials()
        throw error
    }
    try transaction.closeSession()
    try transaction.deleteCredentials()
}
