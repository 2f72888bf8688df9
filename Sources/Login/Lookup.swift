import Accounts
import Checkpassword
import CheckpwdCore
import SecretStore

/// Looks up the account of a login that nobody has proved: for delivery, not for a login. PAM is not asked, so that mail
/// still arrives for an account that has expired.
///
/// - Returns: nil where there is no such account, or it is root's.
public func lookUp(_ sent: LoginName, _ policy: Policy) throws(Failure) -> Identity? {
    let login = ResolvedLogin(sent, stripping: policy.domains)
    if let identity = try Identity.find(login.account) { return identity.uid == 0 ? nil : identity }
    guard policy.admitsVirtualAccounts else { return nil }
    let store = SecretStore(at: policy.store)
    // Under both names, as a login finds it.
    for name in [login.sent, login.account] where try store.knows(name) {
        return try virtualAccount(of: login, policy)
    }
    return nil
}
