import CCrypto
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

    /// The corresponding C function is `EVP_Digest`.
    ///
    /// - Returns: `size` bytes.
    /// - Throws: `temporary` where libcrypto's provider does not have this function.
    public func digest(of bytes: UnsafeRawBufferPointer) throws(Failure) -> [UInt8] {
        let crypto = try Library.load()
        let type = try fetch(crypto)
        defer { crypto.EVP_MD_free(type) }
        var digest = [UInt8](repeating: 0, count: size)
        guard crypto.EVP_Digest(bytes.baseAddress, bytes.count, &digest, nil, type, nil) == 1 else {
            throw Library.failed(name)
        }
        return digest
    }

    /// RFC 2104. The corresponding C function is `HMAC`.
    ///
    /// - Parameter key: not empty.
    /// - Returns: `size` bytes.
    /// - Throws: as `digest(of:)`.
    public func hmac(of bytes: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer) throws(Failure) -> [UInt8] {
        let crypto = try Library.load()
        let type = try fetch(crypto)
        defer { crypto.EVP_MD_free(type) }
        var digest = [UInt8](repeating: 0, count: size)
        let text = bytes.assumingMemoryBound(to: UInt8.self)
        guard
            crypto.HMAC(type, key.baseAddress, Int32(key.count), text.baseAddress, text.count, &digest, nil) != nil
        else { throw Library.failed(name) }
        return digest
    }

    private func fetch(_ crypto: ccrypto_functions) throws(Failure) -> OpaquePointer {
        let text = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        guard let type = crypto.EVP_MD_fetch(nil, text, nil) else { throw Library.failed(name) }
        return type
    }

    /// OpenSSL's name.
    private var name: StaticString {
        switch self {
        case .md5: "MD5"
        case .sha1: "SHA1"
        case .sha224: "SHA2-224"
        case .sha256: "SHA2-256"
        case .sha384: "SHA2-384"
        case .sha512: "SHA2-512"
        case .ripemd160: "RIPEMD-160"
        }
    }
}
