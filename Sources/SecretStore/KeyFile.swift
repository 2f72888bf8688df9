import ByteStrings
import CPlatform
import Credentials
import Cryptography
import Verdicts

/// The file that holds the keys. Only its owner may read it.
enum KeyFile {
    /// The most bytes that it can have.
    static let limit = 16384

    /// - Throws: `temporary` unless it is a regular file, no symbolic link, owned by root or by us, with no permission for
    ///   anybody else.
    static func read(_ path: [UInt8]) throws(Failure) -> Secret {
        let descriptor = path.withCString { cplatform_open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0) }
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path) }
        guard status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG), status.st_mode & 0o077 == 0,
            status.st_uid == 0 || status.st_uid == geteuid()
        else {
            throw .temporary(
                Cause(
                    "key file is not private", about: path,
                    remedy: "it must be a plain file, mode 0600, owned by root or by who runs this program"))
        }
        do throws(SystemError) {
            return try Secret(reading: descriptor, atMost: limit)
        } catch {
            throw unreadable(path, error.errno)
        }
    }

    private static func unreadable(_ path: [UInt8], _ errno: Int32 = cplatform_errno()) -> Failure {
        .temporary(
            Cause(
                "key file cannot be read", about: path, errno: errno,
                remedy: "checkpwdctl init creates store and key"))
    }

    /// Creates the file with one new key. It is on disk when this returns.
    ///
    /// - Throws: `temporary` where it exists already, or cannot be written; nothing is left then.
    static func create(_ path: [UInt8]) throws(Failure) {
        let line = try newKeyLine()
        let descriptor = path.withCString { cplatform_open($0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600) }
        guard descriptor >= 0 else {
            throw .temporary(
                Cause(
                    "key file cannot be created", about: path, errno: cplatform_errno(),
                    remedy: "an existing key is never replaced"))
        }
        let written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } == line.count
        let durable = written && fsync(descriptor) == 0
        let errno = cplatform_errno()
        close(descriptor)
        guard durable else {
            remove(path)
            throw .temporary(Cause("key file cannot be written", about: path, errno: errno))
        }
    }

    static func remove(_ path: [UInt8]) {
        _ = path.withCString { unlink($0) }
    }

    private static func newKeyLine() throws(Failure) -> Secret {
        let key = try Secret(capacity: KeyID.size + AES256GCM.keySize) { (buffer) throws(Failure) in
            try Randomness.fill(buffer)
            return buffer.count
        }
        return Secret(capacity: 2 * key.count + 2) { line in
            var next = 0
            key.withUnsafeBytes { key in
                for index in 0..<key.count {
                    if index == KeyID.size {
                        line[next] = UInt8(ascii: ":")
                        next += 1
                    }
                    line[next] = Hex.digit(key[index] >> 4)
                    line[next + 1] = Hex.digit(key[index] & 15)
                    next += 2
                }
            }
            line[next] = UInt8(ascii: "\n")
            return next + 1
        }
    }
}
