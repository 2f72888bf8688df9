import CCrypto
import Verdicts

/// MD5 and HMAC-MD5. Broken for signatures; what CRAM-MD5 and APOP are defined with.
public enum MD5 {
    /// Bytes in a digest.
    public static let size = 16

    /// The corresponding C function is `EVP_Digest`.
    ///
    /// - Returns: 16 bytes.
    public static func digest(of bytes: UnsafeRawBufferPointer) throws(Failure) -> [UInt8] {
        let crypto = try Library.load()
        var digest = [UInt8](repeating: 0, count: size)
        guard crypto.EVP_Digest(bytes.baseAddress, bytes.count, &digest, nil, crypto.EVP_md5(), nil) == 1 else {
            throw Library.failed("MD5")
        }
        return digest
    }

    /// RFC 2104. The corresponding C function is `HMAC`.
    ///
    /// - Parameter key: not empty.
    /// - Returns: 16 bytes.
    public static func hmac(
        of bytes: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer
    ) throws(Failure) -> [UInt8] {
        let crypto = try Library.load()
        var digest = [UInt8](repeating: 0, count: size)
        let text = bytes.assumingMemoryBound(to: UInt8.self)
        guard
            crypto.HMAC(
                crypto.EVP_md5(), key.baseAddress, Int32(key.count), text.baseAddress, text.count, &digest, nil) != nil
        else { throw Library.failed("HMAC-MD5") }
        return digest
    }
}
