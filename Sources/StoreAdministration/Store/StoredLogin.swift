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
