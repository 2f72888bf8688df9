import CLibc
import CheckpwdCore
import Cryptography
import Glibc
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

/// Names of files that are not finished: nobody else's, and beside the file that they become.
enum ScratchName {
    private static let size = 8
    private static let ending: StaticString = ".new"

    /// `path.xxxxxxxxxxxxxxxx.new`.
    static func beside(_ path: [UInt8]) throws(Failure) -> [UInt8] {
        path + [UInt8](".") + Hex.encode(try Randomness.bytes(size)) + [UInt8](ending)
    }

    /// Removes what others left beside a path who were killed before they had finished. Only for who holds the folder's lock:
    /// then nobody is at work there.
    static func removeStale(beside path: [UInt8]) {
        let folder = FilePermissions.folder(of: path)
        guard let name = path.split(separator: UInt8(ascii: "/")).last else { return }
        let start = name + [UInt8(ascii: ".")]
        guard let entries = folder.withCString({ opendir($0) }) else { return }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { [UInt8](cString: $0) }
            }
            guard name.starts(with: start) else { continue }
            let digits = name[start.count...].prefix(2 * size)
            let rest = name[(start.count + digits.count)...]
            guard digits.count == 2 * size, digits.allSatisfy({ Hex.value($0) != nil }) else { continue }
            guard rest == [UInt8](ending)[...] || rest == ([UInt8](ending) + [UInt8]("-lock"))[...] else { continue }
            _ = (folder + [UInt8]("/") + name).withCString { unlink($0) }
        }
    }

    /// Removes an environment's file and its lock.
    static func removeEnvironment(_ path: [UInt8]) {
        for name in [path, path + [UInt8]("-lock")] { _ = name.withCString { unlink($0) } }
    }

    /// Gives a finished file its name, and takes the other away. The corresponding C function is `link`, which does not
    /// replace what is there, as `rename` would.
    ///
    /// - Returns: 0 or an errno.
    static func settle(_ scratch: [UInt8], as path: [UInt8]) -> Int32 {
        let linked = scratch.withCString { scratch in path.withCString { link(scratch, $0) } } == 0
        let errno = linked ? 0 : clibc_errno()
        _ = scratch.withCString { unlink($0) }
        return errno
    }
}
