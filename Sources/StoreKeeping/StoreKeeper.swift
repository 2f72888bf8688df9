import CLMDB
import CPlatform
import Credentials
import SecretStore
import Verdicts

/// The side store as the administrator keeps it: everything that pam-checkpwd, which only looks up, does not do.
///
/// Whoever writes, a record or the keys, holds a lock on the store's folder: what a command found out about the keys is so
/// until it has written. Logins do not wait for it.
public struct StoreKeeper: Sendable {
    public let path: [UInt8]
    public let keys: KeyPlace
    /// The most bytes that the store grows to.
    let maxSize: Int

    /// Far more than a million logins.
    public static let defaultMaxSize = 4 << 30

    /// Nothing is opened yet.
    public init(at path: [UInt8], keys: KeyPlace, maxSize: Int = StoreKeeper.defaultMaxSize) {
        self.path = path
        self.keys = keys
        self.maxSize = maxSize
    }

    public var store: SecretStore { SecretStore(at: path) }

    /// Gives a login a secret, in place of the one it may have. It is on disk when this returns.
    ///
    /// - Parameter now: in seconds since 1970.
    /// - Throws: `misused` for a login or secret that cannot be one; `temporary` where store or keys cannot be used.
    public func set(_ secret: borrowing Secret, of login: Login, now: UInt64) throws(Failure) {
        var batch = Batch()
        try secret.withUnsafeBytes { (secret) throws(Failure) in try batch.add(secret, of: login) }
        _ = try write(batch, now: now)
    }

    /// Takes a login's secret away.
    ///
    /// - Returns: whether it had one.
    public func delete(_ login: Login) throws(Failure) -> Bool {
        guard (1...SecretStore.longestLogin).contains(login.bytes.count) else { return false }
        var found = true
        try exclusively { (environment) throws(Failure) in
            try environment.write { (view) throws(Failure) in
                let status = view.delete(login.bytes)
                found = status != MDB_NOTFOUND
                return found ? status : 0
            }
        }
        return found
    }

    /// Gives a login's secret, and when it was created, to another login.
    ///
    /// - Throws: `rejected` where the one has no secret, or the other has one.
    public func rename(_ login: Login, to other: Login) throws(Failure) {
        try Batch.requireLogin(other)
        try exclusively { (environment) throws(Failure) in
            try environment.write { (view) throws(Failure) in
                let ring = try KeyRing(at: keys)
                guard let bytes = try view.value(of: login.bytes) else {
                    throw .rejected(Cause("login has no secret", about: login.bytes))
                }
                guard try view.value(of: other.bytes) == nil else {
                    throw .rejected(Cause("login has a secret", about: other.bytes, remedy: "delete it first"))
                }
                let record = try SealedRecord(bytes, of: login)
                guard let secret = try record.open(for: login, with: ring) else { throw record.keyIsMissing(login) }
                let moved = try secret.withUnsafeBytes { (secret) throws(Failure) in
                    try SealedRecord(
                        sealing: secret, of: other, created: record.created, changed: record.changed, with: ring)
                }
                let status = view.put(other.bytes, moved.bytes)
                return status == 0 ? view.delete(login.bytes) : status
            }
        }
    }

    /// Runs `body` on the store, opened for writing, while nobody else writes it or its keys.
    func exclusively<Result>(
        _ body: (borrowing Environment) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try store.requirePrivacy()
        let lock = try FolderLock(on: Privacy.folder(of: path))
        // The lock lives as long as the environment that it is for.
        defer { withExtendedLifetime(lock) {} }
        return try body(Environment(at: path, for: .writing, limit: maxSize))
    }
}
