import CheckpwdCore

/// A client's answer to a challenge.
public struct Answer {
    private let challenge: UnsafeRawBufferPointer
    private let digest: UnsafeRawBufferPointer

    /// - Parameters:
    ///   - challenge: as it was sent to the client.
    ///   - digest: 32 hexadecimal digits, as the client sent them.
    public init(to challenge: UnsafeRawBufferPointer, digest: UnsafeRawBufferPointer) {
        self.challenge = challenge
        self.digest = digest
    }

    /// Which of the digests, computed with the secret, is the one that was answered.
    ///
    /// Every digest is computed, and compared in constant time: how long it takes tells nothing.
    ///
    /// - Parameter approval: whether hash functions serve that a FIPS host does not approve.
    /// - Returns: its place among the digests; nil if the answer is wrong.
    public func proves(
        _ secret: borrowing Secret, by digests: [Digest], _ approval: MessageDigest.Approval
    ) throws(Failure) -> Int? {
        var proved: Int?
        for (place, kind) in digests.enumerated() {
            var expected = try kind.hexadecimal(challenge: challenge, secret: secret, approval)
            defer { expected.wipe() }
            if expected.withUnsafeBytes({ ConstantTime.equal($0, digest) }) { proved = place }
        }
        return proved
    }
}
