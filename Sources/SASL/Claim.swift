import CheckpwdCore

/// Who a client says it is, and its proof: what an exchange ends with, for somebody else to check.
///
/// An object, so that whatever carries it is copyable: Swift 6.3's optimizer takes an enum that cannot be copied, and has other
/// payloads besides, for one that can, and the program traps. The secret is still one buffer, wiped with the last reference.
public final class Claim: Sendable {
    public let mechanism: Mechanism
    /// May be empty; never has a control byte.
    public let login: LoginName
    /// The password itself; with a challenge, 32 lower-case hexadecimal digits that answer it. Never has a NUL byte.
    public let proof: Secret
    /// What the proof answers, angle brackets included; nil where the proof is the password.
    public let challenge: [UInt8]?

    /// A claim by LOGIN or PLAIN.
    init(_ mechanism: Mechanism, _ login: LoginName, password: consuming Secret) {
        self.mechanism = mechanism
        self.login = login
        self.proof = password
        self.challenge = nil
    }

    /// A claim by CRAM-MD5.
    init(_ login: LoginName, digest: consuming Secret, challenge: [UInt8]) {
        self.mechanism = .cramMD5
        self.login = login
        self.proof = digest
        self.challenge = challenge
    }
}
