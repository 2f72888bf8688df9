import CDynamic
import CLibc
import CheckpwdCore
import Glibc
import SecretStore

extension StoreKeeper {
    /// Writes a copy of the store as it is at one moment, while it is in use. It is on disk when this returns.
    ///
    /// - Throws: `temporary` where the file exists already, or cannot be written; nothing is left then.
    public func backUp(to target: [UInt8]) throws(Failure) {
        let path = try path()
        try SecretStore.requirePrivacy(path)
        let partial = try ScratchName.beside(target)
        try StoreKeeper.copy(path, to: partial)
        let errno = ScratchName.settle(partial, as: target)
        guard errno == 0 else { throw .temporary(Cause(.backupCannotBeWritten, about: target, errno: errno)) }
        try Durability.settle(FilePermissions.folder(of: target))
    }

    /// The same of the file of an environment that is in use: anew where a writer outgrows its map before the copy begins.
    private static func copy(_ path: [UInt8], to target: [UInt8]) throws(Failure) {
        for _ in 0..<100 {
            let environment = try LMDBEnvironment(at: path, for: .reading)
            if try environment.read({ (_) throws(Failure) in true }) == nil { continue }
            return try copy(environment, to: target)
        }
        throw .temporary(Cause(.storeGrowsTooFast, about: path))
    }

    /// Copies what is in an environment, and not what is free in it, to a new file.
    static func copy(_ environment: borrowing LMDBEnvironment, to target: [UInt8]) throws(Failure) {
        let descriptor = target.withCString { clibc_open($0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600) }
        guard descriptor >= 0 else {
            throw .temporary(Cause(.backupCannotBeWritten, about: target, errno: clibc_errno()))
        }
        let status = environment.copy(to: descriptor)
        let isDurable = status == 0 && fsync(descriptor) == 0
        let errno = clibc_errno()
        close(descriptor)
        guard isDurable else {
            _ = target.withCString { unlink($0) }
            throw status == 0
                ? .temporary(Cause(.backupCannotBeWritten, about: target, errno: errno))
                : environment.failure(.backupCannotBeWritten, status)
        }
    }
}

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
        let path = try path()
        let folder = FilePermissions.folder(of: path)
        try FilePermissions.require(folder, .folder)
        let lock = try FolderLock(on: folder)
        defer { withExtendedLifetime(lock) {} }
        ScratchName.removeStale(beside: path)
        let fresh = try ScratchName.beside(path)
        try StoreKeeper.copy(LMDBEnvironment(at: backup, for: .readingCopy), to: fresh)
        do throws(Failure) {
            let records = try adopt(fresh, calledBy: backup)
            try StoreKeeper.exchange(fresh, with: path)
            try Durability.settle(folder)
            return records
        } catch {
            ScratchName.removeEnvironment(fresh)
            throw error
        }
    }

    /// Checks the copy, and commits to it once: both of its meta pages tell the same then, whichever a reader takes that
    /// opened the lock file of the old store.
    private func adopt(_ fresh: [UInt8], calledBy backup: [UInt8]) throws(Failure) -> Int {
        let ring = try KeyRing(at: keys)
        let findings = try LMDBEnvironment(at: fresh, for: .readingCopy).read { (transaction) throws(Failure) in
            try StoreKeeper.check(.file(FileRecords(transaction)), backup, ring)
        }
        guard let findings else { throw .temporary(Cause(.backupCannotBeRead, about: backup)) }
        if let problem = findings.problems.first { throw problem }
        try LMDBEnvironment(at: fresh, for: .writing, limit: maxSize).write { (transaction) throws(Failure) in
            var status: Int32 = 0
            try transaction.forEach { (key, value) throws(Failure) in
                status = transaction.put(key, Array(value))
                return false
            }
            return status
        }
        return findings.records
    }

    private static func exchange(_ fresh: [UInt8], with path: [UInt8]) throws(Failure) {
        let kept = try keep(path)
        // The lock file numbers the old store's states, and tells who reads them. It goes first: whoever is killed here leaves a
        // store without one, and the next to open the store makes it. The other way round the new store would have the old
        // one's, and who took that in between would be in no table that a writer looks at.
        _ = (path + [UInt8]("-lock")).withCString { unlink($0) }
        guard fresh.withCString({ fresh in path.withCString { Glibc.rename(fresh, $0) } }) == 0 else {
            let errno = clibc_errno()
            _ = kept.withCString { unlink($0) }
            throw .temporary(Cause(.storeCannotBeReplaced, about: path, errno: errno))
        }
        _ = (fresh + [UInt8]("-lock")).withCString { unlink($0) }
    }

    /// Gives the store a second name that nothing has yet: what was replaced before is kept, too.
    private static func keep(_ path: [UInt8]) throws(Failure) -> [UInt8] {
        var name = path + [UInt8](replacedSuffix)
        for number in 2... {
            if path.withCString({ path in name.withCString { link(path, $0) } }) == 0 { return name }
            // Nothing to keep: the store was lost.
            if clibc_errno() == ENOENT { return name }
            guard clibc_errno() == EEXIST, number < 1000 else {
                throw .temporary(Cause(.storeCannotBeKept, about: name, errno: clibc_errno()))
            }
            name = path + [UInt8](replacedSuffix) + [UInt8](".") + [UInt8](decimal: number)
        }
        return name
    }
}
