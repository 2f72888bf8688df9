import ByteStrings
import CLMDB
import CPlatform
import Credentials
import Cryptography
import Verdicts

/// The memory of answers that were accepted: a challenge serves once.
///
/// An LMDB environment of its own, in a folder that the boot empties, never synced: the store's single writer may be busy.
/// Two keys an entry: `h`, then SHA-256 of login NUL challenge, whose value is the time until which it is remembered, the
/// time of the login, and who it was; and `x`, the first time, then the same digest, by which what is over is found and
/// removed.
public struct ReplayCache: Sendable {
    /// Where it is unless somebody says otherwise.
    public static let defaultFolder: StaticString = "/run/pam-checkpwd"
    /// The most bytes that it grows to: more than a hundred thousand answers at a time.
    static let limit = 64 << 20

    package let folder: [UInt8]

    /// A cache in a folder of its own. Nothing is opened yet.
    public init(in folder: [UInt8]) {
        self.folder = folder
    }

    /// Remembers an answer.
    ///
    /// - Parameters:
    ///   - now, expiry: in seconds since 1970.
    /// - Throws: `rejected` where it is remembered already; `temporary` where it cannot be.
    public func remember(
        _ challenge: UnsafeRawBufferPointer, of login: Login, now: UInt64, until expiry: UInt64
    ) throws(Failure) {
        try makeFolder()
        let digest = try ReplayCache.digest(of: login, challenge)
        let entry = [UInt8(ascii: "h")] + digest
        let environment = try Environment(
            at: ReplayCache.file(in: folder), for: .creatingVolatile, limit: ReplayCache.limit)
        var isNew = true
        try environment.write { (view) throws(Failure) in
            // What is over goes in the same transaction; what is not is never evicted.
            try ReplayCache.sweep(view, now)
            isNew = try view.value(of: entry) == nil
            guard isNew else { return 0 }
            let time = [UInt8](bigEndian: expiry)
            let status = view.put(entry, time + [UInt8](bigEndian: now) + login.bytes)
            return status == 0 ? view.put([UInt8(ascii: "x")] + time + digest, [1]) : status
        }
        guard isNew else {
            throw .rejected(Cause("challenge answered before", remedy: "somebody may replay what they overheard"))
        }
    }

    /// How many entries one login removes at most: more than it adds, so that they end.
    private static let sweeping = 64

    private static func sweep(_ view: borrowing Environment.View, _ now: UInt64) throws(Failure) {
        var over: [[UInt8]] = []
        try view.forEach(from: [UInt8(ascii: "x")]) { (key, _) throws(Failure) in
            guard key.count == 41, UInt64(bigEndian: key[1..<9]) < now else { return false }
            over.append(key)
            return over.count < sweeping
        }
        for key in over {
            _ = view.delete([UInt8(ascii: "h")] + key[9...])
            _ = view.delete(key)
        }
    }

    package static func file(in folder: [UInt8]) -> [UInt8] { folder + [UInt8]("/replay.mdb") }

    private static func digest(of login: Login, _ challenge: UnsafeRawBufferPointer) throws(Failure) -> [UInt8] {
        let text = Secret(copying: login.bytes + [0] + Array(challenge))
        return try text.withUnsafeBytes { (text) throws(Failure) in try MessageDigest.sha256.digest(of: text) }
    }

    /// - Throws: `temporary` where the folder cannot be made, or is not private.
    private func makeFolder() throws(Failure) {
        if folder.withCString({ mkdir($0, 0o700) }) != 0, cplatform_errno() != EEXIST {
            throw .temporary(Cause("replay cache cannot be made", about: folder, errno: cplatform_errno()))
        }
        try Privacy.require(folder, .folder)
    }
}
