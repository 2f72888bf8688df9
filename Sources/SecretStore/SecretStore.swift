import CDynamic
import CLibc
import CheckpwdCore

/// The side store: for each login its clear-text secret, sealed. CRAM-MD5 and APOP need the secret itself, which PAM
/// never gives.
public struct SecretStore {
    /// Where the store is unless somebody says otherwise.
    public static let defaultPath: StaticString = "/var/lib/pam-checkpwd/secrets.mdb"
    /// Where its key is: apart from it, so that a copy of one is nothing without the other.
    public static let defaultKeyPath: StaticString = "/etc/pam-checkpwd/store.key"
    /// The longest login that can have a secret, in bytes: LMDB's longest key.
    public static let longestLogin = 511

    /// What it lies in.
    package enum Medium {
        case file([UInt8])
        case database(Database)
    }

    package let medium: Medium

    /// A store at a place. Nothing is opened yet.
    public init(at place: StorePlace) {
        self.init(at: place, .login)
    }

    package init(at place: StorePlace, _ timeoutPolicy: TimeoutPolicy) {
        switch place {
        case .file(let path): medium = .file(path)
        case .database(let address): medium = .database(Database(at: address, timeoutPolicy))
        }
    }

    /// The memory of answers that belongs to it: in the database where it is, since every host must remember what another
    /// accepted.
    ///
    /// - Parameter folder: where somebody named one.
    public func replayCache(in folder: [UInt8]?) -> ReplayCache {
        if let folder { return ReplayCache(in: folder) }
        return switch medium {
        case .file: ReplayCache(in: [UInt8](ReplayCache.defaultFolder))
        case .database(let database): ReplayCache(in: database)
        }
    }

    /// Whether a login has a secret.
    public func knows(_ login: LoginName) throws(Failure) -> Bool {
        try record(of: login) != nil
    }

    /// The secret of a login, or nil where it has none; both take the same time.
    ///
    /// - Throws: `temporary` where store or keys cannot be read or are not private, or the record is not what was sealed for
    ///   this login.
    public func secret(of login: LoginName, with keys: KeyPlace) throws(Failure) -> Secret? {
        var missing: Failure?
        // The record first, then the keys: a record is sealed anew only under a key that the file has already. Between the
        // two, the key that it had may have been retired.
        for _ in 0..<3 {
            let bytes = try record(of: login)
            let ring = try KeyRing(at: keys)
            guard let bytes else {
                try SealedRecord.openNothing(with: ring)
                return nil
            }
            let record = try SealedRecord(bytes, of: login)
            if let secret = try record.open(for: login, with: ring) { return secret }
            missing = record.keyIsMissing(login)
        }
        throw missing!
    }

    /// Whether there is a secret of any login. A store in a file that does not exist has none.
    ///
    /// - Throws: `temporary` if store or keys cannot be read or are not private.
    public func holdsSecrets(readableWith keys: KeyPlace) throws(Failure) -> Bool {
        let isFilled: Bool
        switch medium {
        case .file(let path):
            guard try SecretStore.exists(path) else { return false }
            isFilled = try SecretStore.read(path) { (transaction) throws(Failure) in try transaction.statistics().ms_entries > 0 }
        case .database(let database): isFilled = try database.connection().holdsRecords()
        }
        if isFilled { _ = try KeyRing(at: keys) }
        return isFilled
    }

    private static func exists(_ path: [UInt8]) throws(Failure) -> Bool {
        var status = stat()
        guard path.withCString({ stat($0, &status) }) != 0 else { return true }
        guard clibc_errno() == ENOENT else {
            throw .temporary(Cause(.storeCannotBeOpened, about: path, errno: clibc_errno()))
        }
        return false
    }

    private func record(of login: LoginName) throws(Failure) -> [UInt8]? {
        guard (1...SecretStore.longestLogin).contains(login.bytes.count) else { return nil }
        switch medium {
        case .file(let path):
            return try SecretStore.read(path) { (transaction) throws(Failure) in try transaction.value(of: login.bytes) }
        case .database(let database): return try database.connection().record(of: login.bytes)
        }
    }

    /// Runs `body` on one state of a store in a file.
    package static func read<Result>(
        _ path: [UInt8], _ body: (LMDBTransaction) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try requirePrivacy(path)
        // With a map of the data's size of now; anew where a writer outgrows it between opening and reading.
        for _ in 0..<100 {
            if let result = try LMDBEnvironment(at: path, for: .reading).read(body) { return result }
        }
        throw .temporary(Cause(.storeGrowsTooFast, about: path))
    }

    /// - Throws: `temporary` where somebody else could read or change the store.
    package static func requirePrivacy(_ path: [UInt8]) throws(Failure) {
        try FilePermissions.require(FilePermissions.folder(of: path), .folder)
        try FilePermissions.require(path, .file)
    }
}

/// Where a side store is.
public enum StorePlace: Equatable, Sendable {
    /// An LMDB environment, of this host alone.
    case file([UInt8])
    /// A PostgreSQL database, which several hosts may share.
    case database(DatabaseAddress)

    /// Where the store is unless somebody says otherwise.
    public static var standard: StorePlace { .file([UInt8](SecretStore.defaultPath)) }

    /// - Parameter text: `postgresql://...`, `postgres://...`, or else the path of a file.
    public init(_ text: [UInt8]) {
        self = DatabaseAddress(text).map { .database($0) } ?? .file(text)
    }

    /// What messages call it.
    public var name: [UInt8] {
        switch self {
        case .file(let path): path
        case .database(let address): address.name
        }
    }
}
