import CLibc
import Checkpassword
import CheckpwdCore
import Cryptography
import SecretStore

/// Checks the answer to a challenge against the side store; a right one counts once.
///
/// - Throws: `declined` for a wrong answer, `rejected` for a stale or repeated one.
func prove(
    _ request: borrowing Request, digest: Range<Int>, challenge: Range<Int>, by mechanisms: Mechanisms,
    _ login: ResolvedLogin, _ policy: Policy, _ course: inout Course
) throws(Failure) {
    // A byte in a fourth field is the client's word, too: with a server that sends two fields and lets NUL bytes through, the
    // password can be a challenge, its answer and that byte.
    guard policy.namedMechanisms != nil else {
        throw .declined(
            Cause(.mechanismNotNamed, remedy: "-m plain,cram-md5 enables CRAM-MD5 for a server that offers it"))
    }
    guard !mechanisms.isEmpty else { throw .declined(Cause(.mechanismNotEnabled)) }
    // One for both questions: a database is connected to once.
    let store = SecretStore(at: policy.store)
    let found = try secret(of: login, in: store, policy)
    let exists = found != nil
    // An unknown login takes as long as a wrong answer.
    let secret = found ?? Secret(copying: [UInt8](repeating: 0, count: 16))
    let digests = mechanisms.digests
    let proved = try request.withBytes(at: challenge) { (challenge) throws(Failure) in
        try request.withBytes(at: digest) { (digest) throws(Failure) in
            // A FIPS host has MD5 and RIPEMD-160 for a mechanism that the administrator names: only those come this far.
            try Answer(to: challenge, digest: digest).proves(secret, by: digests.map { $0.digest }, .waived)
        }
    }
    course.owesDelay = !exists || proved == nil
    guard exists else { throw .declined(noSecret) }
    guard let proved else { throw .declined(Cause(.wrongAnswerToChallenge)) }
    course.mechanism = digests[proved].mechanism
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
    _ request: borrowing Request, at place: Range<Int>, _ login: ResolvedLogin, _ policy: Policy, _ course: inout Course
) throws(Failure) {
    let secret = try secret(of: login, in: SecretStore(at: policy.store), policy)
    course.owesDelay = true
    guard let secret else { throw .declined(noSecret) }
    let isRight = request.withBytes(at: place) { password in
        secret.withUnsafeBytes { ConstantTime.equal(password, $0) }
    }
    guard isRight else { throw .declined(Cause(.wrongPassword)) }
    course.owesDelay = false
}

private var noSecret: Cause { Cause(.loginHasNoSecret, remedy: "checkpwdctl secret set gives it one") }

/// The secret under the login as it was sent, or else under that of its account.
private func secret(of login: ResolvedLogin, in store: SecretStore, _ policy: Policy) throws(Failure) -> Secret? {
    policy.trace(.store(policy.store.name))
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
    /// The digests that these mechanisms are, each with its mechanism.
    var digests: [(mechanism: Mechanisms, digest: Digest)] {
        let all: [(mechanism: Mechanisms, digest: Digest)] = [
            (.cramMD5, .cramMD5), (.apop, .apop), (.cramSHA1, .cram(.sha1)), (.cramSHA224, .cram(.sha224)),
            (.cramSHA256, .cram(.sha256)), (.cramSHA384, .cram(.sha384)), (.cramSHA512, .cram(.sha512)),
            (.cramRIPEMD, .cram(.ripemd160)),
        ]
        return all.filter { contains($0.mechanism) }
    }
}

/// The time, in seconds since 1970.
private enum Clock {
    static var now: UInt64 { seconds(CLOCK_REALTIME) }

    /// When the machine was booted.
    static var boot: UInt64 {
        let (now, up) = (now, seconds(CLOCK_BOOTTIME))
        return now > up ? now - up : 0
    }

    private static func seconds(_ clock: Int32) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(max(time.tv_sec, 0))
    }
}
