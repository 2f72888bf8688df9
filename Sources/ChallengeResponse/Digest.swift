import ByteStrings
import Credentials
import Libcrypto
import Verdicts

/// What a client computes from a challenge and the secret it shares with us.
public enum Digest: Sendable {
    /// HMAC-MD5 of the challenge, keyed with the secret (RFC 2195, section 2).
    case cramMD5
    /// MD5 of the challenge followed by the secret (RFC 1939, section 7).
    case apop

    /// - Returns: the digest as 32 hexadecimal digits, lower case.
    /// - Throws: `temporary` where libcrypto cannot be loaded or refuses MD5.
    public func hexadecimal(
        challenge: UnsafeRawBufferPointer, secret: borrowing Secret
    ) throws(Failure) -> [UInt8] {
        switch self {
        case .cramMD5:
            Hex.encode(
                try secret.withUnsafeBytes { (key) throws(Failure) in try MD5.hmac(of: challenge, key: key) })
        case .apop:
            Hex.encode(
                try Secret(challenge, followedBy: secret).withUnsafeBytes { (text) throws(Failure) in
                    try MD5.digest(of: text)
                })
        }
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
