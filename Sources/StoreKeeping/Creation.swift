import ByteStrings
import CPlatform
import PostgreSQL
import SecretStore
import Verdicts

extension StoreKeeper {
    /// Creates an empty store, and its key where there is none yet, each readable by its owner only. Folders they lie in are
    /// created with mode 0700, one level deep.
    ///
    /// - Returns: whether the key is new.
    /// - Throws: `temporary` where the store exists already; nothing is left half made.
    public func create() throws(Failure) -> Bool {
        switch store.medium {
        case .file(let path):
            try makeFolder(of: path)
            try makeFolder(of: keys.path)
            try reserve(path)
            do throws(Failure) {
                return try withKey {
                    // A first commit writes the first pages: a full disk is found out now.
                    (_) throws(Failure) in
                    try Environment(at: path, for: .creating, limit: maxSize).write { (_) throws(Failure) in 0 }
                    try Durability.settle(Privacy.folder(of: path))
                }
            } catch {
                for name in [path, path + [UInt8]("-lock")] { _ = name.withCString { unlink($0) } }
                throw error
            }
        case .database(let database):
            try makeFolder(of: keys.path)
            return try withKey { (ring) throws(Failure) in
                let name = ring.current.bytes
                try database.transaction("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE") {
                    (connection) throws(Failure) in
                    try connection.lock()
                    try connection.createTables(sealedUnder: name)
                }
            }
        }
    }

    /// Runs `body` with the keys, of which there is one at least. A new one is removed where `body` throws.
    ///
    /// - Returns: whether it is new.
    private func withKey(_ body: (borrowing KeyRing) throws(Failure) -> Void) throws(Failure) -> Bool {
        var isNew = false
        if case .file(let path) = keys, path.withCString({ access($0, F_OK) }) != 0 {
            try KeyFileWriting.create(path)
            isNew = true
        }
        do throws(Failure) {
            try body(KeyRing(at: keys))
        } catch {
            if isNew { _ = keys.path.withCString { unlink($0) } }
            throw error
        }
        return isNew
    }

    /// Takes the store's name, so that what is removed when something fails is our own.
    private func reserve(_ path: [UInt8]) throws(Failure) {
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

    private func makeFolder(of path: [UInt8]) throws(Failure) {
        let folder = Privacy.folder(of: path)
        if folder.withCString({ mkdir($0, 0o700) }) != 0, cplatform_errno() != EEXIST {
            throw .temporary(Cause("folder cannot be created", about: folder, errno: cplatform_errno()))
        }
        try Privacy.require(folder, path == keys.path ? keys.folderKind : .folder)
    }
}
