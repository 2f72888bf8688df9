import ByteStrings
import CPlatform
import Glibc
import SecretStore
import Verdicts

extension StoreKeeper {
    /// What stands behind the name of the store that a backup replaced.
    public static let replacedSuffix: StaticString = ".replaced"

    /// Puts a backup in the store's place; the store that was there is kept under another name. Logins go on meanwhile: each
    /// finds the one or the other.
    ///
    /// - Returns: how many records it has.
    /// - Throws: `temporary` where the backup is not whole, or holds a record that no key of the ring opens; nothing is changed
    ///   then.
    public func restore(from backup: [UInt8]) throws(Failure) -> Int {
        let folder = Privacy.folder(of: path)
        try Privacy.require(folder, .folder)
        let lock = try FolderLock(on: folder)
        defer { withExtendedLifetime(lock) {} }
        let fresh = path + [UInt8](".new")
        _ = fresh.withCString { unlink($0) }
        try StoreKeeper.copy(Environment(at: backup, for: .readingCopy), to: fresh)
        do throws(Failure) {
            let records = try adopt(fresh, calledBy: backup)
            try exchange(fresh)
            try Durability.settle(folder)
            return records
        } catch {
            for name in [fresh, fresh + [UInt8]("-lock")] { _ = name.withCString { unlink($0) } }
            throw error
        }
    }

    /// Checks the copy, and commits to it once: both of its meta pages tell the same then, whichever a reader takes that
    /// opened the lock file of the old store.
    private func adopt(_ fresh: [UInt8], calledBy backup: [UInt8]) throws(Failure) -> Int {
        let ring = try KeyRing(at: keys)
        let findings = try Environment(at: fresh, for: .readingCopy).read { (view) throws(Failure) in
            try StoreKeeper.check(view, backup, ring)
        }
        guard let findings else { throw .temporary(Cause("backup cannot be read", about: backup)) }
        if let problem = findings.problems.first { throw problem }
        try Environment(at: fresh, for: .writing, limit: maxSize).write { (view) throws(Failure) in
            var status: Int32 = 0
            try view.forEach { (key, value) throws(Failure) in
                status = view.put(key, Array(value))
                return false
            }
            return status
        }
        return findings.records
    }

    private func exchange(_ fresh: [UInt8]) throws(Failure) {
        let replaced = path + [UInt8](StoreKeeper.replacedSuffix)
        _ = replaced.withCString { unlink($0) }
        _ = path.withCString { path in replaced.withCString { link(path, $0) } }
        guard fresh.withCString({ fresh in path.withCString { Glibc.rename(fresh, $0) } }) == 0 else {
            throw .temporary(Cause("store cannot be replaced", about: path, errno: cplatform_errno()))
        }
        // The lock file numbers the old store's states: the next to open the store makes a new one.
        for name in [path + [UInt8]("-lock"), fresh + [UInt8]("-lock")] { _ = name.withCString { unlink($0) } }
    }
}
