import CLibc
import CheckpwdCore
import SecretStore

/// The side store as the administrator keeps it: everything that pam-checkpwd, which only looks up, does not do.
///
/// Whoever writes, a record or the keys, holds a lock, on the store's folder or in its database: what a command found out about the keys is so
/// until it has written. Logins do not wait for it.
public struct StoreKeeper {
    public let place: StorePlace
    public let store: SecretStore
    public let keys: KeyPlace
    /// The most bytes that the store grows to.
    let maxSize: Int

    /// Far more than a million logins.
    public static let defaultMaxSize = 4 << 30

    /// Nothing is opened yet.
    public init(at place: StorePlace, keys: KeyPlace, maxSize: Int = StoreKeeper.defaultMaxSize) {
        self.place = place
        store = SecretStore(at: place, .administration)
        self.keys = keys
        self.maxSize = maxSize
    }

    /// The store's file.
    ///
    /// - Throws: `misused` where it is in a database.
    func path() throws(Failure) -> [UInt8] {
        guard case .file(let path) = store.medium else {
            throw .misused(
                Cause(
                    .aDatabasesStoreIsNoFile, about: place.name,
                    remedy: "pg_dump --schema=pam_checkpwd writes a backup, pg_restore or psql brings it back"))
        }
        return path
    }

    /// A lock on the folder of the keys, where it is not the store's, which is locked anyway, and after this one: the store's own
    /// does not keep another store away that has the same keys.
    func keyLock(_ keyPath: [UInt8]) throws(Failure) -> FolderLock? {
        let folder = FilePermissions.folder(of: keyPath)
        if case .file(let path) = store.medium, FolderLock.areSame(folder, FilePermissions.folder(of: path)) { return nil }
        return try FolderLock(on: folder)
    }

    /// - Throws: `temporary` where store or keys cannot be read.
    public func requireReadable() throws(Failure) {
        _ = try KeyRing(at: keys)
        try read { (_) throws(Failure) in () }
    }

    /// Gives a login a secret, in place of the one it may have. It is on disk when this returns.
    ///
    /// - Parameter now: in seconds since 1970.
    /// - Throws: `misused` for a login or secret that cannot be one; `temporary` where store or keys cannot be used.
    public func set(_ secret: borrowing Secret, of login: LoginName, now: UInt64) throws(Failure) {
        var batch = Batch()
        try secret.withUnsafeBytes { (secret) throws(Failure) in try batch.add(secret, of: login) }
        _ = try write(batch, now: now)
    }

    /// Takes a login's secret away.
    ///
    /// - Returns: whether it had one.
    public func delete(_ login: LoginName) throws(Failure) -> Bool {
        guard (1...SecretStore.longestLogin).contains(login.bytes.count) else { return false }
        return try write { (records) throws(Failure) in try records.delete(login.bytes) }
    }

    /// Gives a login's secret, and when it was created, to another login.
    ///
    /// - Throws: `rejected` where the one has no secret, or the other has one.
    public func rename(_ login: LoginName, to other: LoginName) throws(Failure) {
        try Batch.requireLogin(login)
        try Batch.requireLogin(other)
        try write { (records) throws(Failure) in
            let ring = try ring(for: records)
            guard let bytes = try records.value(of: login.bytes) else {
                throw .rejected(Cause(.loginHasNoSecret, about: login.bytes))
            }
            guard try records.value(of: other.bytes) == nil else {
                throw .rejected(Cause(.loginHasASecret, about: other.bytes, remedy: "delete it first"))
            }
            let record = try SealedRecord(bytes, of: login)
            guard let secret = try record.open(for: login, with: ring) else { throw record.keyIsMissing(login) }
            let moved = try secret.withUnsafeBytes { (secret) throws(Failure) in
                try SealedRecord(sealing: secret, of: other, created: record.created, changed: record.changed, with: ring)
            }
            try records.put([(other.bytes, moved.bytes)])
            _ = try records.delete(login.bytes)
        }
    }
}
