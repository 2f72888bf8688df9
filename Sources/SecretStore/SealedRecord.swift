import ByteStrings
import Credentials
import Cryptography
import Verdicts

/// A secret as it lies in the store: sealed with AES-256-GCM, and bound to the login that it belongs to.
///
///     version 1 | key id 4 | created 8 | changed 8 | nonce 12 | sealed secret | tag 16
///
/// Times are seconds since 1970, most significant byte first. What stands before the nonce, followed by the login, is
/// associated data: a record copied to another login, or with another date, does not open.
struct SealedRecord {
    static let version: UInt8 = 1
    private static let headSize = 1 + KeyID.size + 8 + 8
    private static let textStart = headSize + AES256GCM.nonceSize

    let bytes: [UInt8]

    /// Seals a secret under the ring's current key.
    init(
        sealing secret: borrowing Secret, of login: Login, created: UInt64, changed: UInt64,
        with ring: borrowing KeyRing
    ) throws(Failure) {
        var head: [UInt8] = [SealedRecord.version]
        head += ring.current.bytes
        head += [UInt8](bigEndian: created)
        head += [UInt8](bigEndian: changed)
        let associated = head + login.bytes
        let nonce = try Randomness.bytes(AES256GCM.nonceSize)
        let sealed = try secret.withUnsafeBytes { (text) throws(Failure) in
            try ring.withKey(ring.current) { (key) throws(Failure) in
                try AES256GCM.seal(text, key: key, nonce: nonce, associated: associated)
            }
        }
        bytes = head + nonce + sealed!
    }

    /// Takes what the store holds.
    ///
    /// - Throws: `temporary` where it is too short for a record, or its version is unknown.
    init(_ bytes: [UInt8], of login: Login) throws(Failure) {
        guard bytes.count >= SealedRecord.textStart + AES256GCM.tagSize, bytes[0] == SealedRecord.version else {
            throw SealedRecord.damaged(login)
        }
        self.bytes = bytes
    }

    /// When the login first got a secret, in seconds since 1970.
    var created: UInt64 {
        UInt64(bigEndian: bytes[(1 + KeyID.size)..<(1 + KeyID.size + 8)])
    }

    /// Opens the secret.
    ///
    /// - Throws: `temporary` where the ring lacks the key, or the record is not the one that was sealed for this login.
    func open(for login: Login, with ring: borrowing KeyRing) throws(Failure) -> Secret {
        let id = KeyID(bytes: Array(bytes[1..<(1 + KeyID.size)]))
        let nonce = Array(bytes[SealedRecord.headSize..<SealedRecord.textStart])
        let associated = bytes[..<SealedRecord.headSize] + login.bytes
        let opened = try ring.withKey(id) { (key) throws(Failure) -> Secret in
            guard
                let secret = try AES256GCM.open(
                    bytes[SealedRecord.textStart...], key: key, nonce: nonce, associated: Array(associated))
            else { throw SealedRecord.damaged(login) }
            return secret
        }
        guard let opened else {
            throw .temporary(
                Cause(
                    "record sealed under another key", about: login.bytes,
                    remedy: "--store-key must name the key file that belongs to this store"))
        }
        return opened
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

    private static func damaged(_ login: Login) -> Failure {
        .temporary(
            Cause("record damaged", about: login.bytes, remedy: "checkpwdctl set gives the login its secret again"))
    }
}
