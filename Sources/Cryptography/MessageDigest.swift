import CDynamic
import CheckpwdCore

/// Hash functions, and HMAC with them. MD5, SHA-1 and RIPEMD-160 are broken for signatures; CRAM and APOP are defined
/// with them.
public enum MessageDigest: Sendable {
    case md5, sha1, sha224, sha256, sha384, sha512, ripemd160

    /// Which implementations may serve: a FIPS host has MD5 and RIPEMD-160, but only for a caller that asks for them so.
    public enum Approval: Sendable {
        /// As openssl.cnf says, fips=yes included.
        case asConfigured
        /// Those that are not FIPS-approved, too: the administrator named the mechanism.
        case waived

        fileprivate var policy: cdynamic_policy {
            switch self {
            case .asConfigured: CDYNAMIC_AS_CONFIGURED
            case .waived: CDYNAMIC_WITHOUT_FIPS
            }
        }
    }

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

    /// Whether this OpenSSL, as it is configured, has the function and HMAC with it.
    ///
    /// - Throws: `temporary` if libcrypto cannot be loaded.
    public func isAvailable(_ approval: Approval) throws(Failure) -> Bool {
        try Library.load()
        return [UInt8](unsafeUninitializedCapacity: size) { digest, count in
            let result = cdynamic_hmac(function, approval.policy, nil, 0, nil, 0, digest.baseAddress)
            count = result == CDYNAMIC_NOT_AVAILABLE ? 0 : size
        }.count == size
    }

    /// - Returns: `size` bytes.
    /// - Throws: `temporary` if libcrypto cannot be loaded, or does not have the function.
    public func digest(
        of bytes: UnsafeRawBufferPointer, _ approval: Approval = .asConfigured
    ) throws(Failure) -> [UInt8] {
        try result { digest in
            cdynamic_digest(function, approval.policy, bytes.baseAddress, bytes.count, digest)
        }
    }

    /// RFC 2104.
    ///
    /// - Returns: `size` bytes.
    /// - Throws: as `digest(of:_:)`.
    public func hmac(
        of bytes: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, _ approval: Approval = .asConfigured
    ) throws(Failure) -> [UInt8] {
        try result { digest in
            cdynamic_hmac(
                function, approval.policy, key.baseAddress, key.count, bytes.baseAddress, bytes.count, digest)
        }
    }

    private func result(_ call: (UnsafeMutablePointer<UInt8>?) -> cdynamic_result) throws(Failure) -> [UInt8] {
        try Library.load()
        var result = CDYNAMIC_FAILED
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { digest, count in
            result = call(digest.baseAddress)
            count = result == CDYNAMIC_DONE ? size : 0
        }
        try Library.require(result)
        return bytes
    }

    private var function: cdynamic_hash {
        switch self {
        case .md5: CDYNAMIC_MD5
        case .sha1: CDYNAMIC_SHA1
        case .sha224: CDYNAMIC_SHA224
        case .sha256: CDYNAMIC_SHA256
        case .sha384: CDYNAMIC_SHA384
        case .sha512: CDYNAMIC_SHA512
        case .ripemd160: CDYNAMIC_RIPEMD160
        }
    }
}
