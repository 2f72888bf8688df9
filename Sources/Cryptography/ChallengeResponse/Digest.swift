import CheckpwdCore

/// What a client computes from a challenge and the secret it shares with us.
public enum Digest: Sendable {
    /// HMAC of the challenge, keyed with the secret: with MD5 CRAM-MD5 (RFC 2195, section 2), with other functions its kin.
    case cram(MessageDigest)
    /// MD5 of the challenge followed by the secret (RFC 1939, section 7).
    case apop

    public static let cramMD5 = cram(.md5)

    /// Whether this OpenSSL, as it is configured, can compute it.
    ///
    /// - Throws: `temporary` if libcrypto cannot be loaded.
    public func isAvailable(_ approval: MessageDigest.Approval) throws(Failure) -> Bool {
        switch self {
        case .cram(let function): try function.isAvailable(approval)
        case .apop: try MessageDigest.md5.isAvailable(approval)
        }
    }

    /// - Parameter approval: whether hash functions serve that a FIPS host does not approve.
    /// - Returns: the digest in hexadecimal digits, lower case.
    /// - Throws: `temporary` if libcrypto cannot be loaded, or does not have the hash function.
    public func hexadecimal(
        challenge: UnsafeRawBufferPointer, secret: borrowing Secret, _ approval: MessageDigest.Approval
    ) throws(Failure) -> [UInt8] {
        var digest =
            switch self {
            case .cram(let function):
                try secret.withUnsafeBytes { (key) throws(Failure) in
                    try function.hmac(of: challenge, key: key, approval)
                }
            case .apop:
                try Secret(challenge, followedBy: secret).withUnsafeBytes { (text) throws(Failure) in
                    try MessageDigest.md5.digest(of: text, approval)
                }
            }
        defer { digest.wipe() }
        return Hex.encode(digest)
    }
}

extension Secret {
    fileprivate init(_ prefix: UnsafeRawBufferPointer, followedBy secret: borrowing Secret) {
        self.init(capacity: prefix.count + secret.count) { buffer in
            buffer.copyMemory(from: prefix)
            secret.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: buffer[prefix.count...]).copyMemory(from: $0)
            }
            return buffer.count
        }
    }
}
