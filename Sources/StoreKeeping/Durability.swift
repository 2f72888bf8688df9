import CPlatform
import Verdicts

/// What makes names survive the machine, as fsync(2) of a file makes its bytes.
enum Durability {
    /// Makes sure that the names in a folder are on disk.
    static func settle(_ folder: [UInt8]) throws(Failure) {
        let descriptor = folder.withCString { cplatform_open($0, O_RDONLY | O_DIRECTORY, 0) }
        let failed = descriptor >= 0 && fsync(descriptor) == 0 ? 0 : cplatform_errno()
        if descriptor >= 0 { close(descriptor) }
        guard failed == 0 else { throw .temporary(Cause("folder cannot be written", about: folder, errno: failed)) }
    }
}
