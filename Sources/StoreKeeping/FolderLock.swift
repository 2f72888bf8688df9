import CPlatform
import SecretStore
import Verdicts

/// A lock that one process at a time holds on a folder, until it ends or lets go. The corresponding C function is `flock`.
final class FolderLock {
    private let descriptor: Int32

    /// Waits for it.
    init(on folder: [UInt8]) throws(Failure) {
        descriptor = folder.withCString { cplatform_open($0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0) }
        let failed = descriptor < 0 ? cplatform_errno() : cplatform_lock(descriptor)
        guard failed == 0 else { throw .temporary(Cause("folder cannot be locked", about: folder, errno: failed)) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }
}
