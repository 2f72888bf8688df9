import CCrypto
import Credentials
import Verdicts

/// AES-256-GCM (NIST SP 800-38D): secrecy for the text, and proof that neither it nor what is associated was changed.
public struct AES256GCM: ~Copyable {
    /// Bytes in a key, in a nonce, and in a tag.
    public static let keySize = 32, nonceSize = 12, tagSize = 16

    private let crypto: ccrypto_functions
    private let context: OpaquePointer

    public init() throws(Failure) {
        let crypto = try Library.load()
        guard let context = crypto.EVP_CIPHER_CTX_new() else { throw Library.failed("AES-256-GCM context") }
        self.crypto = crypto
        self.context = context
    }

    deinit {
        // Wipes the key schedule, too.
        crypto.EVP_CIPHER_CTX_free(context)
    }

    /// Seals a text. A nonce must never serve twice under one key.
    ///
    /// - Parameters:
    ///   - nonce: 12 bytes.
    ///   - associated: bound to the text, and not part of what is returned.
    /// - Returns: as many bytes as the text has, then the tag.
    public func seal(
        _ text: borrowing Secret, key: borrowing Secret, nonce: [UInt8], associated: [UInt8]
    ) throws(Failure) -> [UInt8] {
        precondition(key.count == Self.keySize && nonce.count == Self.nonceSize)
        var sealed = [UInt8](repeating: 0, count: text.count)
        var tag = [UInt8](repeating: 0, count: Self.tagSize)
        var count: Int32 = 0
        let done = key.withUnsafeBytes { key in
            text.withUnsafeBytes { text in
                crypto.EVP_EncryptInit_ex(context, crypto.EVP_aes_256_gcm(), nil, bytes(key), nonce) == 1
                    && crypto.EVP_EncryptUpdate(context, nil, &count, associated, Int32(associated.count)) == 1
                    && crypto.EVP_EncryptUpdate(context, &sealed, &count, bytes(text), Int32(text.count)) == 1
                    && crypto.EVP_EncryptFinal_ex(context, nil, &count) == 1
                    && crypto.EVP_CIPHER_CTX_ctrl(
                        context, Int32(CCRYPTO_GCM_GET_TAG), Int32(Self.tagSize), &tag) == 1
            }
        }
        guard done else { throw Library.failed("AES-256-GCM") }
        return sealed + tag
    }

    /// Opens what `seal` returned.
    ///
    /// - Returns: the text, or nil where key, nonce, associated bytes or the sealed ones are not those of the sealing.
    public func open(
        _ sealed: ArraySlice<UInt8>, key: borrowing Secret, nonce: [UInt8], associated: [UInt8]
    ) throws(Failure) -> Secret? {
        precondition(key.count == Self.keySize && nonce.count == Self.nonceSize)
        guard sealed.count >= Self.tagSize else { return nil }
        let text = [UInt8](sealed.dropLast(Self.tagSize))
        var tag = [UInt8](sealed.suffix(Self.tagSize))
        var genuine = false
        let opened = try Secret(capacity: text.count) { (buffer) throws(Failure) in
            var count: Int32 = 0
            let out = buffer.assumingMemoryBound(to: UInt8.self).baseAddress
            let done = key.withUnsafeBytes { key in
                crypto.EVP_DecryptInit_ex(context, crypto.EVP_aes_256_gcm(), nil, bytes(key), nonce) == 1
                    && crypto.EVP_DecryptUpdate(context, nil, &count, associated, Int32(associated.count)) == 1
                    && crypto.EVP_DecryptUpdate(context, out, &count, text, Int32(text.count)) == 1
                    && crypto.EVP_CIPHER_CTX_ctrl(
                        context, Int32(CCRYPTO_GCM_SET_TAG), Int32(Self.tagSize), &tag) == 1
            }
            guard done else { throw Library.failed("AES-256-GCM") }
            genuine = crypto.EVP_DecryptFinal_ex(context, nil, &count) == 1
            return text.count
        }
        return genuine ? consume opened : nil
    }

    private func bytes(_ buffer: UnsafeRawBufferPointer) -> UnsafePointer<UInt8>? {
        buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    }
}
