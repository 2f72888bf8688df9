import CheckpwdCore
import Cryptography

/// A secret as it lies in the store: sealed with AES-256-GCM, and bound to the login that it belongs to.
///
///     version 1 | key id 4 | created 8 | changed 8 | nonce 12 | sealed secret | tag 16
///
/// Times are seconds since 1970, most significant byte first. What stands before the nonce, followed by the login, is
/// associated data: a record copied to another login, or with another date, does not open.
package struct SealedRecord {
    static let version: UInt8 = 1
    private static let headSize = 1 + KeyID.size + 8 + 8
    private static let textStart = headSize + AES256GCM.nonceSize

    package let bytes: [UInt8]

    /// Seals a secret under the ring's current key.
    package init(
        sealing secret: UnsafeRawBufferPointer, of login: LoginName, created: UInt64, changed: UInt64,
        with ring: borrowing KeyRing
    ) throws(Failure) {
        var head: [UInt8] = [SealedRecord.version]
        head += ring.current.bytes
        head += [UInt8](bigEndian: created)
        head += [UInt8](bigEndian: changed)
        let associated = head + login.bytes
        let nonce = try Randomness.bytes(AES256GCM.nonceSize)
        let sealed = try ring.withKey(ring.current) { (key) throws(Failure) in
            try AES256GCM.seal(secret, key: key, nonce: nonce, associated: associated)
        }
        bytes = head + nonce + sealed!
    }

    /// Takes what the store holds.
    ///
    /// - Throws: `temporary` where it is too short for a record, or its version is unknown.
    package init(_ bytes: [UInt8], of login: LoginName) throws(Failure) {
        guard bytes.count >= SealedRecord.textStart + AES256GCM.tagSize else { throw SealedRecord.damaged(login) }
        guard bytes[0] == SealedRecord.version else {
            throw .temporary(
                Cause(
                    .recordOfAnUnknownVersion, about: login.bytes + [UInt8](": ") + [UInt8](decimal: bytes[0]),
                    remedy: "a newer program wrote it, or it is damaged"))
        }
        self.bytes = bytes
    }

    /// The name of the key that it is sealed under.
    package var key: KeyID { KeyID(bytes: Array(bytes[1..<(1 + KeyID.size)])) }

    /// When the login first got a secret, and when it last got one, in seconds since 1970.
    package var created: UInt64 { UInt64(bigEndian: bytes[(1 + KeyID.size)..<(1 + KeyID.size + 8)]) }
    package var changed: UInt64 { UInt64(bigEndian: bytes[(1 + KeyID.size + 8)..<SealedRecord.headSize]) }

    /// Opens the secret.
    ///
    /// - Returns: nil where the ring lacks the key.
    /// - Throws: `temporary` where the record is not the one that was sealed for this login.
    package func open(for login: LoginName, with ring: borrowing KeyRing) throws(Failure) -> Secret? {
        let nonce = Array(bytes[SealedRecord.headSize..<SealedRecord.textStart])
        let associated = bytes[..<SealedRecord.headSize] + login.bytes
        return try ring.withKey(key) { (key) throws(Failure) -> Secret in
            guard
                let secret = try AES256GCM.open(
                    bytes[SealedRecord.textStart...], key: key, nonce: nonce, associated: Array(associated))
            else { throw SealedRecord.damaged(login) }
            return secret
        }
    }

    /// Whether a key of the ring opens it.
    package func opens(for login: LoginName, with ring: borrowing KeyRing) -> Bool {
        do throws(Failure) { return try open(for: login, with: ring) != nil } catch { return false }
    }

    /// The failure for a record whose key is not in the ring.
    package func keyIsMissing(_ login: LoginName) -> Failure {
        .temporary(
            Cause(
                .recordSealedUnderAnotherKey, about: login.bytes + [UInt8](": key ") + Hex.encode(key.bytes),
                remedy: "--store-key must name the key file that belongs to this store"))
    }

    /// Takes as long as opening a record, so that time does not tell who has one.
    static func openNothing(with ring: borrowing KeyRing) throws(Failure) {
        _ = try ring.withKey(ring.current) { (key) throws(Failure) in
            let nothing = try AES256GCM.open(
                [UInt8](repeating: 0, count: 16 + AES256GCM.tagSize)[...], key: key,
                nonce: [UInt8](repeating: 0, count: AES256GCM.nonceSize), associated: [])
            return nothing == nil
        }
    }

    private static func damaged(_ login: LoginName) -> Failure {
        .temporary(
            Cause(.recordDamaged, about: login.bytes, remedy: "checkpwdctl secret set gives the login its secret again"))
    }
}
