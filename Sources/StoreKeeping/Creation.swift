import ByteStrings
import CPlatform
import SecretStore
import Verdicts

extension StoreKeeper {
    /// Creates an empty store, and its key where there is none yet, each readable by its owner only. Folders they lie in are
    /// created with mode 0700, one level deep.
    ///
    /// - Returns: whether the key is new.
    /// - Throws: `temporary` where the store exists already; nothing is left half made.
    public func create() throws(Failure) -> Bool {
        try makeFolder(of: path)
        try makeFolder(of: keys.path)
        try reserve()
        var keyIsNew = false
        do throws(Failure) {
            if case .file(let keyPath) = keys, keyPath.withCString({ access($0, F_OK) }) != 0 {
                try KeyFileWriting.create(keyPath)
                keyIsNew = true
            } else {
                _ = try KeyRing(at: keys)
            }
            // A first commit writes the first pages: a full disk is found out now.
            try Environment(at: path, for: .creating, limit: maxSize).write { (_) throws(Failure) in 0 }
            try Durability.settle(Privacy.folder(of: path))
        } catch {
            for name in [path, path + [UInt8]("-lock")] + (keyIsNew ? [keys.path] : []) {
                _ = name.withCString { unlink($0) }
            }
            throw error
        }
        return keyIsNew
    }

    /// Takes the store's name, so that what is removed when something fails is our own.
    private func reserve() throws(Failure) {
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
