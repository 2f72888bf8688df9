import CLibc
import CheckpwdCore
import SecretStore

/// A lock that one process at a time holds on a folder, until it ends or lets go. The corresponding C function is `flock`.
final class FolderLock {
    private let descriptor: Int32

    /// Waits for it.
    init(on folder: [UInt8]) throws(Failure) {
        descriptor = folder.withCString { clibc_open($0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0) }
        let failed = descriptor < 0 ? clibc_errno() : clibc_lock(descriptor)
        guard failed == 0 else { throw .temporary(Cause(.folderCannotBeLocked, about: folder, errno: failed)) }
    }

    /// Whether two paths name one folder: a process that waited for a second lock on it would wait for itself.
    static func areSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        var (first, second) = (stat(), stat())
        return left.withCString { stat($0, &first) } == 0 && right.withCString { stat($0, &second) } == 0
            && first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }
}
