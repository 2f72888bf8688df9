import CNettle
import Verdicts

/// Hash functions, and HMAC with them. MD5, SHA-1 and RIPEMD-160 are broken for signatures; CRAM and APOP are defined
/// with them.
public enum MessageDigest: Sendable {
    case md5, sha1, sha224, sha256, sha384, sha512, ripemd160

    /// Bytes in a digest.
    public var size: Int {
        switch self {
        case .md5: 16
        case .sha1, .ripemd160: 20
        case .sha224: 28
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// - Returns: `size` bytes.
    /// - Throws: `temporary` where libnettle cannot be loaded.
    public func digest(of bytes: UnsafeRawBufferPointer) throws(Failure) -> [UInt8] {
        try Library.load()
        return [UInt8](unsafeUninitializedCapacity: size) { digest, count in
            cnettle_digest(function, bytes.baseAddress, bytes.count, digest.baseAddress)
            count = size
        }
    }

    /// RFC 2104.
    ///
    /// - Returns: `size` bytes.
    /// - Throws: as `digest(of:)`.
    public func hmac(of bytes: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer) throws(Failure) -> [UInt8] {
        try Library.load()
        return [UInt8](unsafeUninitializedCapacity: size) { digest, count in
            cnettle_hmac(function, key.baseAddress, key.count, bytes.baseAddress, bytes.count, digest.baseAddress)
            count = size
        }
    }

    private var function: cnettle_hash {
        switch self {
        case .md5: CNETTLE_MD5
        case .sha1: CNETTLE_SHA1
        case .sha224: CNETTLE_SHA224
        case .sha256: CNETTLE_SHA256
        case .sha384: CNETTLE_SHA384
        case .sha512: CNETTLE_SHA512
        case .ripemd160: CNETTLE_RIPEMD160
        }
    }
}
