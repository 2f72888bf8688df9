import CLibc
import CheckpwdCore

/// What makes names survive the machine, as fsync(2) of a file makes its bytes.
enum Durability {
    /// Makes sure that the names in a folder are on disk.
    static func settle(_ folder: [UInt8]) throws(Failure) {
        let failed = sync(folder, O_RDONLY | O_DIRECTORY)
        guard failed == 0 else { throw .temporary(Cause(.folderCannotBeWritten, about: folder, errno: failed)) }
    }

    /// Makes sure that what was written to a file is on disk.
    static func settle(file: [UInt8]) throws(Failure) {
        let failed = sync(file, O_RDONLY)
        guard failed == 0 else { throw .temporary(Cause(.storeCannotBeCreated, about: file, errno: failed)) }
    }

    /// - Returns: 0 or an errno.
    private static func sync(_ path: [UInt8], _ flags: Int32) -> Int32 {
        let descriptor = path.withCString { clibc_open($0, flags, 0) }
        guard descriptor >= 0 else { return clibc_errno() }
        defer { close(descriptor) }
        return fsync(descriptor) == 0 ? 0 : clibc_errno()
    }
}
