import ByteStrings
import Credentials
import Cryptography
import Verdicts

/// What a client computes from a challenge and the secret it shares with us.
public enum Digest: Sendable {
    /// HMAC of the challenge, keyed with the secret: with MD5 CRAM-MD5 (RFC 2195, section 2), with other functions its kin.
    case cram(MessageDigest)
    /// MD5 of the challenge followed by the secret (RFC 1939, section 7).
    case apop

    public static let cramMD5 = cram(.md5)

    /// - Returns: the digest in hexadecimal digits, lower case.
    /// - Throws: `temporary` where libnettle cannot be loaded.
    public func hexadecimal(
        challenge: UnsafeRawBufferPointer, secret: borrowing Secret
    ) throws(Failure) -> [UInt8] {
        var digest =
            switch self {
            case .cram(let function):
                try secret.withUnsafeBytes { (key) throws(Failure) in try function.hmac(of: challenge, key: key) }
            case .apop:
                try Secret(challenge, followedBy: secret).withUnsafeBytes { (text) throws(Failure) in
                    try MessageDigest.md5.digest(of: text)
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
