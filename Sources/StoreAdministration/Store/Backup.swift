import CDynamic
import CLibc
import CheckpwdCore
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
        try Durability.settle(Privacy.folder(of: target))
    }

    /// The same of the file of an environment that is in use: anew where a writer outgrows its map before the copy begins.
    private static func copy(_ path: [UInt8], to target: [UInt8]) throws(Failure) {
        for _ in 0..<100 {
            let environment = try Environment(at: path, for: .reading)
            if try environment.read({ (_) throws(Failure) in true }) == nil { continue }
            return try copy(environment, to: target)
        }
        throw .temporary(Cause(.storeGrowsTooFast, about: path))
    }

    /// Copies what is in an environment, and not what is free in it, to a new file.
    static func copy(_ environment: borrowing Environment, to target: [UInt8]) throws(Failure) {
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
