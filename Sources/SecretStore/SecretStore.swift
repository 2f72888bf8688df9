import ByteStrings
import CLMDB
import CPlatform
import Credentials
import Verdicts

/// The side store: for each login its clear-text secret, sealed. CRAM-MD5 and APOP need the secret itself, which PAM
/// never gives.
public struct SecretStore: Sendable {
    /// Where the store is unless somebody says otherwise.
    public static let defaultPath: StaticString = "/var/lib/pam-checkpwd/secrets.mdb"
    /// Where its key is: apart from it, so that a copy of one is nothing without the other.
    public static let defaultKeyPath: StaticString = "/etc/pam-checkpwd/store.key"
    /// The longest login that can have a secret, in bytes: LMDB's longest key.
    public static let longestLogin = 511

    private let path: [UInt8]

    /// A store at a path. Nothing is opened yet.
    public init(at path: [UInt8]) {
        self.path = path
    }

    /// Creates an empty store, and its key, each readable by its owner only. Folders they lie in are created with mode
    /// 0700, one level deep.
    ///
    /// - Throws: `temporary` where either exists already; nothing is left half made.
    public static func create(at path: [UInt8], key keyPath: [UInt8]) throws(Failure) {
        try makeFolder(of: path)
        try makeFolder(of: keyPath)
        try reserve(path)
        do throws(Failure) {
            try KeyFile.create(keyPath)
        } catch {
            remove(path)
            throw error
        }
        do throws(Failure) {
            // A first commit writes the first pages: a full disk is found out now.
            try Environment(at: path, for: .creating).write { (_) throws(Failure) in 0 }
        } catch {
            remove(path)
            KeyFile.remove(keyPath)
            throw error
        }
    }

    /// Takes the store's name, so that what is removed when something fails is our own.
    private static func reserve(_ path: [UInt8]) throws(Failure) {
        let descriptor = path.withCString { cplatform_open($0, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600) }
        guard descriptor >= 0 else {
            let errno = cplatform_errno()
            guard errno == EEXIST else {
                throw .temporary(Cause("store cannot be created", about: path, errno: errno))
            }
            throw .temporary(Cause("store exists", about: path, errno: errno, remedy: "an existing store is never replaced"))
        }
        close(descriptor)
    }

    private static func remove(_ path: [UInt8]) {
        for name in [path, path + [UInt8]("-lock")] { _ = name.withCString { unlink($0) } }
    }

    private static func makeFolder(of path: [UInt8]) throws(Failure) {
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")), slash > 0 else { return }
        let folder = Array(path[..<slash])
        if folder.withCString({ mkdir($0, 0o700) }) != 0, cplatform_errno() != EEXIST {
            throw .temporary(Cause("folder cannot be created", about: folder, errno: cplatform_errno()))
        }
    }

    /// Whether a login has a secret.
    public func knows(_ login: Login) throws(Failure) -> Bool {
        try record(of: login) != nil
    }

    /// The secret of a login, or nil where it has none; both take the same time.
    ///
    /// - Throws: `temporary` where store or key cannot be read, or the record is not what was sealed for this login.
    public func secret(of login: Login, with ring: borrowing KeyRing) throws(Failure) -> Secret? {
        guard let bytes = try record(of: login) else {
            try SealedRecord.openNothing(with: ring)
            return nil
        }
        return try SealedRecord(bytes, of: login).open(for: login, with: ring)
    }

    private func record(of login: Login) throws(Failure) -> [UInt8]? {
        guard (1...SecretStore.longestLogin).contains(login.bytes.count) else { return nil }
        return try readAnew { (view) throws(Failure) in try view.value(of: login.bytes) }
    }

    /// Gives a login a secret, in place of the one it may have. It is on disk when this returns.
    ///
    /// - Throws: `misused` for a login that cannot be a key; `temporary` where store or key cannot be used.
    public func set(
        _ secret: borrowing Secret, of login: Login, now: UInt64, with ring: borrowing KeyRing
    ) throws(Failure) {
        guard (1...SecretStore.longestLogin).contains(login.bytes.count), !login.hasControlByte else {
            throw .misused(
                Cause("bad login", about: login.bytes, remedy: "a login has 1 to 511 bytes, none a control byte"))
        }
        guard !secret.isEmpty else { throw .misused(Cause("empty secret", about: login.bytes)) }
        let created = try record(of: login).flatMap { try? SealedRecord($0, of: login) }?.created ?? now
        let record = try SealedRecord(sealing: secret, of: login, created: created, changed: now, with: ring)
        // Only now: LMDB forbids a process to have the same file open twice. Closing one would drop the locks of the other.
        try Environment(at: path, for: .writing).write { (view) throws(Failure) in view.put(login.bytes, record.bytes) }
    }

    /// Takes a login's secret away.
    ///
    /// - Returns: whether it had one.
    public func delete(_ login: Login) throws(Failure) -> Bool {
        guard (1...SecretStore.longestLogin).contains(login.bytes.count) else { return false }
        var found = true
        try Environment(at: path, for: .writing).write { (view) throws(Failure) in
            let status = view.delete(login.bytes)
            found = status != MDB_NOTFOUND
            return found ? status : 0
        }
        return found
    }

    /// Every login that has a secret, in the order of their bytes.
    public func logins() throws(Failure) -> [Login] {
        try readAnew { (view) throws(Failure) in
            var logins: [Login] = []
            try view.forEachKey { logins.append(Login($0)) }
            return logins
        }
    }

    /// Reads with a map of the data's size of now; anew where a writer outgrows it between opening and reading.
    private func readAnew<Result>(
        _ body: (borrowing Environment.View) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        for _ in 0..<100 {
            if let result = try Environment(at: path, for: .reading).read(body) { return result }
        }
        throw .temporary(Cause("store grows too fast", about: path))
    }
}
