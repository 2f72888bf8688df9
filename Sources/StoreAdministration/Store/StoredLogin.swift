import CLibc
import CheckpwdCore
import SecretStore

/// What is known of a login without opening its secret.
public struct StoredLogin: Equatable, Sendable {
    public let login: LoginName
    /// When it first got a secret, and when it last got one, in seconds since 1970; nil where the record is damaged.
    public let created: UInt64?
    public let changed: UInt64?
    /// The name of the key that seals it; nil where the record is damaged.
    public let key: KeyID?

    init(_ login: LoginName, _ record: SealedRecord?) {
        self.login = login
        created = record?.created
        changed = record?.changed
        key = record?.key
    }
}

extension StoreKeeper {
    /// Every login that has a secret, in the order of their bytes.
    public func entries() throws(Failure) -> [StoredLogin] {
        try read { (records) throws(Failure) in try StoreKeeper.entries(in: records) }
    }

    static func entries(in records: Records) throws(Failure) -> [StoredLogin] {
        var entries: [StoredLogin] = []
        try records.forEach { (key, value) throws(Failure) in
            let login = LoginName(key)
            entries.append(StoredLogin(login, try? SealedRecord(Array(value), of: login)))
            return true
        }
        return entries
    }

    /// What is known of one login, or nil where it has no secret.
    public func entry(of login: LoginName) throws(Failure) -> StoredLogin? {
        guard (1...SecretStore.longestLogin).contains(login.bytes.count) else { return nil }
        return try read { (records) throws(Failure) in
            try records.value(of: login.bytes).map { StoredLogin(login, try? SealedRecord($0, of: login)) }
        }
    }

    /// Calls `body` with every login and its secret, in the order of the logins' bytes, as the store was at one moment.
    ///
    /// - Returns: why a record could not be opened; the others are not kept from `body`.
    public func forEachSecret(
        _ body: (StoredLogin, borrowing Secret) throws(Failure) -> Void
    ) throws(Failure) -> [Failure] {
        try readWithKeys { (records, ring) throws(Failure) in
            var failures: [Failure] = []
            try records.forEach { (key, value) throws(Failure) in
                let login = LoginName(key)
                let opened: Secret?
                let record: SealedRecord
                do throws(Failure) {
                    record = try SealedRecord(Array(value), of: login)
                    opened = try record.open(for: login, with: ring)
                } catch {
                    failures.append(error)
                    return true
                }
                guard let secret = opened else {
                    failures.append(record.keyIsMissing(login))
                    return true
                }
                try body(StoredLogin(login, record), secret)
                return true
            }
            return failures
        }
    }
}

extension ReplayCache {
    /// When each login was last proved by an answer to a challenge, in seconds since 1970: as far back as the cache remembers.
    ///
    /// - Throws: `temporary` where the cache is there and cannot be read.
    public func lastUses() throws(Failure) -> [[UInt8]: UInt64] {
        switch medium {
        case .folder(let folder): try ReplayCache.lastUses(in: folder)
        case .database(let database): try database.connection().lastUses()
        }
    }

    private static func lastUses(in folder: [UInt8]) throws(Failure) -> [[UInt8]: UInt64] {
        let file = ReplayCache.file(in: folder)
        guard file.withCString({ access($0, F_OK) }) == 0 else { return [:] }
        try FilePermissions.require(folder, .folder)
        var uses: [[UInt8]: UInt64] = [:]
        for _ in 0..<100 {
            let isRead: Bool? = try LMDBEnvironment(at: file, for: .reading, remedy: .replayCache).read { (transaction) throws(Failure) in
                try transaction.forEach(from: [UInt8(ascii: "h")]) { (key, value) throws(Failure) in
                    guard key.first == UInt8(ascii: "h") else { return false }
                    let value = Array(value)
                    guard value.count > 16 else { return true }
                    let (time, login) = (UInt64(bigEndian: value[8..<16]), Array(value[16...]))
                    uses[login] = max(uses[login] ?? 0, time)
                    return true
                }
                return true
            }
            if isRead != nil { break }
        }
        return uses
    }
}
