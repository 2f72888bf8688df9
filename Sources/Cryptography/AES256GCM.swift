import CDynamic
import CheckpwdCore

/// AES-256-GCM (NIST SP 800-38D): secrecy for the text, and proof that neither it nor what is associated was changed.
public enum AES256GCM {
    /// Bytes in a key, in a nonce, and in a tag.
    public static let keySize = 32, nonceSize = 12, tagSize = 16

    /// Seals a text. A nonce must never serve twice under one key.
    ///
    /// - Parameters:
    ///   - nonce: 12 bytes.
    ///   - associated: bound to the text, and not part of what is returned.
    /// - Returns: as many bytes as the text has, then the tag.
    /// - Throws: `temporary` if libcrypto cannot be loaded, or does not have AES-256-GCM.
    public static func seal(
        _ text: UnsafeRawBufferPointer, key: borrowing Secret, nonce: [UInt8], associated: [UInt8]
    ) throws(Failure) -> [UInt8] {
        precondition(key.count == keySize && nonce.count == nonceSize)
        try Library.load()
        let size = text.count + tagSize
        var result = CDYNAMIC_FAILED
        let bytes = key.withUnsafeBytes { key in
            [UInt8](unsafeUninitializedCapacity: size) { sealed, count in
                result = cdynamic_seal(
                    key.baseAddress, nonce, associated, associated.count, text.baseAddress, text.count,
                    sealed.baseAddress)
                count = result == CDYNAMIC_DONE ? size : 0
            }
        }
        try Library.require(result)
        return bytes
    }

    /// Opens what `seal` returned.
    ///
    /// - Returns: the text, or nil where key, nonce, associated bytes or the sealed ones are not those of the sealing.
    /// - Throws: as `seal`.
    public static func open(
        _ sealed: ArraySlice<UInt8>, key: borrowing Secret, nonce: [UInt8], associated: [UInt8]
    ) throws(Failure) -> Secret? {
        precondition(key.count == keySize && nonce.count == nonceSize)
        guard sealed.count >= tagSize else { return nil }
        try Library.load()
        let count = sealed.count - tagSize
        var result = CDYNAMIC_FAILED
        let opened = Secret(capacity: count) { text in
            result = key.withUnsafeBytes { key in
                sealed.withUnsafeBytes { sealed in
                    cdynamic_open(
                        key.baseAddress, nonce, associated, associated.count, sealed.baseAddress, count,
                        text.baseAddress)
                }
            }
            return count
        }
        guard result != CDYNAMIC_NOT_GENUINE else { return nil }
        try Library.require(result)
        return opened
    }
}
