import CLibc
import CheckpwdCore

/// The file that holds the keys, as bytes.
package enum KeyFile {
    /// The most bytes that it can have.
    package static let limit = 16384

    /// Without the byte-order mark that it may begin with: `checkpwdctl` writes keys before what it reads here.
    ///
    /// - Throws: `temporary` where it cannot be read or is too large, or it or its folder is not private.
    static func read(_ place: KeyPlace) throws(Failure) -> Secret {
        let path = place.path
        try Privacy.require(Privacy.folder(of: path), place.folderKind)
        let descriptor = path.withCString { clibc_open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0) }
        guard descriptor >= 0 else {
            let errno = clibc_errno()
            // ELOOP: the message for a symbolic link says more.
            try Privacy.require(path, place.kind)
            throw unreadable(path, errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path, clibc_errno()) }
        try Privacy.require(status, path, place.kind)
        let text: Secret
        do throws(SystemError) {
            text = try Secret(reading: descriptor, atMost: limit + 1)
        } catch {
            throw unreadable(path, error.errno)
        }
        // Cut off, it would be a ring without its last keys.
        guard text.count <= limit else { throw tooLarge(path) }
        guard text.withUnsafeBytes({ ByteOrderMark.length(in: $0) }) > 0 else { return text }
        return text.withUnsafeBytes { Secret(copying: UnsafeRawBufferPointer(rebasing: $0.withoutByteOrderMark)) }
    }

    package static func tooLarge(_ path: [UInt8]) -> Failure {
        .temporary(
            Cause(
                .keyFileTooLarge, about: path + [UInt8](": ") + [UInt8](decimal: limit) + [UInt8](" bytes are the most"),
                remedy: "remove keys that no record needs, and comments but for those that begin with # store rekey"))
    }

    private static func unreadable(_ path: [UInt8], _ errno: Int32) -> Failure {
        .temporary(
            Cause(
                .keyFileCannotBeRead, about: path, errno: errno,
                remedy: "checkpwdctl store init creates store and key"))
    }
}
