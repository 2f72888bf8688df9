import CLibc
import CheckpwdCore
import SecretStore

extension StoreKeeper {
    /// Creates an empty store, and its key, each readable by its owner only. Folders they lie in are created with mode 0700,
    /// one level deep.
    ///
    /// - Parameter adoptsKey: whether a key that is there is used, which then must be no other store's: a rekeying of the one
    ///   would leave the other without its keys.
    /// - Returns: whether the key is new.
    /// - Throws: `temporary` where store or key exists already; nothing is left half made.
    public func create(adoptingKey adoptsKey: Bool = false) throws(Failure) -> Bool {
        switch store.medium {
        case .file(let path):
            try makeFolder(of: path)
            try makeFolder(of: keys.path)
            let locks = (try keyLock(keys.path), try FolderLock(on: FilePermissions.folder(of: path)))
            defer { withExtendedLifetime(locks) {} }
            guard path.withCString({ access($0, F_OK) }) != 0 else { throw StoreKeeper.exists(path) }
            ScratchName.removeStale(beside: path)
            let fresh = try ScratchName.beside(path)
            defer { ScratchName.removeEnvironment(fresh) }
            // The first pages are written now: a full disk is found out. LMDB syncs them with the first change only.
            try LMDBEnvironment(at: fresh, for: .creating, limit: maxSize).write { (_) throws(Failure) in 0 }
            try Durability.settle(file: fresh)
            return try withKey(adoptingKey: adoptsKey) { (_) throws(Failure) in
                let errno = ScratchName.settle(fresh, as: path)
                guard errno != EEXIST else { throw StoreKeeper.exists(path) }
                guard errno == 0 else { throw .temporary(Cause(.storeCannotBeCreated, about: path, errno: errno)) }
                try Durability.settle(FilePermissions.folder(of: path))
            }
        case .database(let database):
            try makeFolder(of: keys.path)
            let lock = try keyLock(keys.path)
            defer { withExtendedLifetime(lock) {} }
            return try withKey(adoptingKey: adoptsKey) { (ring) throws(Failure) in
                let name = ring.current.bytes
                try database.transaction("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE") {
                    (connection) throws(Failure) in
                    try connection.lock()
                    try connection.requireDurability()
                    try connection.createTables(sealedUnder: name)
                }
            }
        }
    }

    /// Runs `body` with the keys, of which there is one at least. A new one is removed where `body` throws.
    ///
    /// - Returns: whether it is new.
    private func withKey(
        adoptingKey adoptsKey: Bool, _ body: (borrowing KeyRing) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        var isNew = false
        if case .file(let path) = keys {
            isNew = path.withCString({ access($0, F_OK) }) != 0
            guard isNew || adoptsKey else {
                throw .temporary(
                    Cause(
                        .keyExists, about: path,
                        remedy: "name another with --store-key, or use it with --existing-key if no other store does"))
            }
            if isNew { try KeyFileWriting.create(path) }
        }
        do throws(Failure) {
            try body(KeyRing(at: keys))
        } catch {
            if isNew { _ = keys.path.withCString { unlink($0) } }
            throw error
        }
        return isNew
    }

    private static func exists(_ path: [UInt8]) -> Failure {
        .temporary(Cause(.storeExists, about: path, errno: EEXIST, remedy: "an existing store is never replaced"))
    }

    private func makeFolder(of path: [UInt8]) throws(Failure) {
        let folder = FilePermissions.folder(of: path)
        if folder.withCString({ mkdir($0, 0o700) }) != 0, clibc_errno() != EEXIST {
            throw .temporary(Cause(.folderCannotBeCreated, about: folder, errno: clibc_errno()))
        }
        try FilePermissions.require(folder, path == keys.path ? keys.folderKind : .folder)
    }
}
