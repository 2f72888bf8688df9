import ByteStrings
import ChallengeResponse
import Checkpassword
import Credentials
import Cryptography
import SecretStore
import Verdicts

/// Checks the answer to a challenge against the side store; a right one counts once.
///
/// - Throws: `declined` for a wrong answer, `rejected` for a stale or repeated one.
func prove(
    _ request: borrowing Request, digest: Range<Int>, challenge: Range<Int>, by mechanisms: Mechanisms,
    _ login: LoginName, _ policy: Policy
) throws(Failure) {
    guard !mechanisms.isEmpty else { throw .declined(Cause("mechanism not enabled")) }
    // One for both questions: a database is connected to once.
    let store = SecretStore(at: policy.store)
    let found = try secret(of: login, in: store, policy)
    let exists = found != nil
    // An unknown login takes as long as a wrong answer.
    let secret = found ?? Secret(copying: [UInt8](repeating: 0, count: 16))
    let proved = try request.withBytes(at: challenge) { (challenge) throws(Failure) in
        try request.withBytes(at: digest) { (digest) throws(Failure) in
            try Answer(to: challenge, digest: digest).proves(secret, by: mechanisms.digests, .asConfigured)
        }
    }
    guard exists else { throw .declined(noSecret) }
    guard proved else { throw .declined(Cause("wrong answer to challenge")) }
    try request.withBytes(at: challenge) { (challenge) throws(Failure) in
        let now = Clock.now
        let cache = store.replayCache(in: policy.replayCache)
        let boot = cache.survivesBoot ? 0 : Clock.boot
        let expiry = try Freshness(age: policy.challengeAge, now: now, boot: boot).expiry(of: challenge)
        // Under the account's name: an answer does not hold the login, so it is right under each name for this account.
        try cache.remember(challenge, of: login.account, now: now, until: expiry)
    }
}

/// Compares a password with the secret in the side store.
///
/// - Throws: `declined` where they differ, or there is none.
func compare(
    _ request: borrowing Request, at place: Range<Int>, _ login: LoginName, _ policy: Policy
) throws(Failure) {
    guard let secret = try secret(of: login, in: SecretStore(at: policy.store), policy) else { throw .declined(noSecret) }
    let isRight = request.withBytes(at: place) { password in
        secret.withUnsafeBytes { ConstantTime.equal(password, $0) }
    }
    guard isRight else { throw .declined(Cause("wrong password")) }
}

private var noSecret: Cause { Cause("login has no secret", remedy: "checkpwdctl secret set gives it one") }

/// The secret under the login as it was sent, or else under that of its account.
private func secret(of login: LoginName, in store: SecretStore, _ policy: Policy) throws(Failure) -> Secret? {
    policy.trace("side store", policy.store.name)
    guard login.account != login.sent else { return try store.secret(of: login.sent, with: policy.storeKeys) }
    // Both are looked up, whatever the first gives: how long it takes tells nothing.
    let asSent = try store.secret(of: login.sent, with: policy.storeKeys)
    do throws(Failure) {
        let ofAccount = try store.secret(of: login.account, with: policy.storeKeys)
        if let asSent { return asSent }
        return ofAccount
    } catch {
        // The account's record is damaged; the login's own is not.
        if let asSent { return asSent }
        throw error
    }
}

extension Mechanisms {
    /// The digests that these mechanisms are.
    fileprivate var digests: [Digest] {
        var digests: [Digest] = []
        if contains(.cramMD5) { digests.append(.cramMD5) }
        if contains(.apop) { digests.append(.apop) }
        if contains(.cramSHA1) { digests.append(.cram(.sha1)) }
        if contains(.cramSHA224) { digests.append(.cram(.sha224)) }
        if contains(.cramSHA256) { digests.append(.cram(.sha256)) }
        if contains(.cramSHA384) { digests.append(.cram(.sha384)) }
        if contains(.cramSHA512) { digests.append(.cram(.sha512)) }
        if contains(.cramRIPEMD) { digests.append(.cram(.ripemd160)) }
        return digests
    }
}
