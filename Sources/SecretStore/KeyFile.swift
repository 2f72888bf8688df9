import ByteStrings
import CPlatform
import Credentials
import Verdicts

/// The file that holds the keys, as bytes.
enum KeyFile {
    /// The most bytes that it can have.
    static let limit = 16384

    /// - Throws: `temporary` where it cannot be read, or it or its folder is not private.
    static func read(_ place: KeyPlace) throws(Failure) -> Secret {
        let path = place.path
        try Privacy.require(Privacy.folder(of: path), place.folderKind)
        let descriptor = path.withCString { cplatform_open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0) }
        guard descriptor >= 0 else {
            let errno = cplatform_errno()
            // ELOOP: the message for a symbolic link says more.
            try Privacy.require(path, place.kind)
            throw unreadable(path, errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path, cplatform_errno()) }
        try Privacy.require(status, path, place.kind)
        do throws(SystemError) {
            return try Secret(reading: descriptor, atMost: limit)
        } catch {
            throw unreadable(path, error.errno)
        }
    }

    private static func unreadable(_ path: [UInt8], _ errno: Int32) -> Failure {
        .temporary(
            Cause(
                "key file cannot be read", about: path, errno: errno,
                remedy: "checkpwdctl store init creates store and key"))
    }
}
