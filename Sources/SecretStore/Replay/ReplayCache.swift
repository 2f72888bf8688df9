import CDynamic
import CLibc
import CheckpwdCore
import Cryptography

/// The memory of answers that were accepted: a challenge serves once.
///
/// Where the store is in a database, it is a table there, see `Connection.remember`. Else it is of this host alone: an LMDB
/// environment of its own, in a folder that the boot empties, never synced: the store's single writer may be busy. Two keys
/// an entry: `h`, then SHA-256 of login NUL challenge, whose value is the time until which it is remembered, the time of the
/// login, and who it was; and `x`, the first time, then the same digest, by which what is over is found and removed.
public struct ReplayCache {
    /// Where it is unless somebody says otherwise.
    public static let defaultFolder: StaticString = "/run/pam-checkpwd"

    /// The most bytes that it grows to: more than a hundred thousand answers at a time.
    private static let mostBytes = 64 << 20

    package enum Medium {
        case folder([UInt8])
        case database(Database)
    }

    package let medium: Medium
    private let limit: Int

    /// A cache in a folder of its own. Nothing is opened yet.
    public init(in folder: [UInt8]) {
        self.init(in: folder, limit: ReplayCache.mostBytes)
    }

    /// - Parameter limit: the most bytes that it grows to.
    init(in folder: [UInt8], limit: Int) {
        medium = .folder(folder)
        self.limit = limit
    }

    init(in database: Database) {
        medium = .database(database)
        limit = .max
    }

    /// Whether it still knows, after the machine was booted, what was answered before.
    public var survivesBoot: Bool {
        switch medium {
        case .folder: false
        case .database: true
        }
    }

    /// Remembers an answer.
    ///
    /// - Parameters:
    ///   - now, expiry: in seconds since 1970.
    /// - Throws: `rejected` where it is remembered already; `temporary` where it cannot be.
    public func remember(
        _ challenge: UnsafeRawBufferPointer, of login: LoginName, now: UInt64, until expiry: UInt64
    ) throws(Failure) {
        let digest = try ReplayCache.digest(of: login, challenge)
        let isNew =
            switch medium {
            case .folder(let folder): try remember(digest, in: folder, of: login, now: now, until: expiry)
            case .database(let database):
                try database.connection().remember(digest, of: login, now: now, until: expiry)
            }
        guard isNew else {
            throw .rejected(Cause(.challengeAnsweredBefore, remedy: "somebody may replay what they overheard"))
        }
    }

    /// - Returns: whether it is new.
    private func remember(
        _ digest: [UInt8], in folder: [UInt8], of login: LoginName, now: UInt64, until expiry: UInt64
    ) throws(Failure) -> Bool {
        try ReplayCache.make(folder)
        let entry = [UInt8(ascii: "h")] + digest
        let environment = try LMDBEnvironment(
            at: ReplayCache.file(in: folder), for: .creatingVolatile, limit: limit, remedy: .replayCache)
        // What is over goes first; what is not is never evicted. Removing takes room, too, and it must not lack where all is
        // taken.
        let isSomethingOver = try environment.read { (transaction) throws(Failure) in try !ReplayCache.over(transaction, now).isEmpty }
        if isSomethingOver ?? true {
            try environment.write(reserve: 1 << 20) { (transaction) throws(Failure) in try ReplayCache.sweep(transaction, now) }
        }
        var isNew = true
        try environment.write { (transaction) throws(Failure) in
            isNew = try transaction.value(of: entry) == nil
            guard isNew else { return 0 }
            let time = [UInt8](bigEndian: expiry)
            let status = transaction.put(entry, time + [UInt8](bigEndian: now) + login.bytes)
            return status == 0 ? transaction.put([UInt8(ascii: "x")] + time + digest, [1]) : status
        }
        return isNew
    }

    /// How many entries one login removes at most: more than it adds, so that they end.
    private static let sweeping = 64
    /// How much longer than its time an entry stays, in seconds: the clock may be set back.
    private static let grace: UInt64 = 60

    /// - Returns: LMDB's status.
    private static func sweep(_ transaction: LMDBTransaction, _ now: UInt64) throws(Failure) -> Int32 {
        for key in try over(transaction, now) {
            for key in [[UInt8(ascii: "h")] + key[9...], key] {
                let status = transaction.delete(key)
                guard status == 0 || status == MDB_NOTFOUND else { return status }
            }
        }
        return 0
    }

    /// The keys of entries that are over, the oldest first.
    private static func over(_ transaction: LMDBTransaction, _ now: UInt64) throws(Failure) -> [[UInt8]] {
        var over: [[UInt8]] = []
        try transaction.forEach(from: [UInt8(ascii: "x")]) { (key, _) throws(Failure) in
            guard key.count == 41, UInt64(bigEndian: key[1..<9]) < max(now, grace) - grace else { return false }
            over.append(key)
            return over.count < sweeping
        }
        return over
    }

    package static func file(in folder: [UInt8]) -> [UInt8] { folder + [UInt8]("/replay.mdb") }

    private static func digest(of login: LoginName, _ challenge: UnsafeRawBufferPointer) throws(Failure) -> [UInt8] {
        let text = Secret(copying: login.bytes + [0] + Array(challenge))
        return try text.withUnsafeBytes { (text) throws(Failure) in try MessageDigest.sha256.digest(of: text) }
    }

    /// - Throws: `temporary` where the folder cannot be made, or is not private.
    private static func make(_ folder: [UInt8]) throws(Failure) {
        if folder.withCString({ mkdir($0, 0o700) }) != 0, clibc_errno() != EEXIST {
            throw .temporary(Cause(.replayCacheCannotBeMade, about: folder, errno: clibc_errno()))
        }
        try FilePermissions.require(folder, .folder)
    }
}
