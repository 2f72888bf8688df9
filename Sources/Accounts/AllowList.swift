import CLibc
import CheckpwdCore

/// The PAM services that a caller without our rights may name, one a line. Blank lines and lines that start with `#` are
/// skipped.
public enum AllowList {
    public static let path: StaticString = "/etc/pam-checkpwd/services"
    private static let limit = 16384

    /// - Throws: `misused` for a service that is not on the list; `temporary` where the list is missing, or somebody else
    ///   than root could change it.
    public static func require(_ service: [UInt8]) throws(Failure) {
        let text = try read()
        let lines = text.withoutByteOrderMark.split(separator: UInt8(ascii: "\n")).map { Array($0) }
        guard !service.isEmpty, service.first != UInt8(ascii: "#"), lines.contains(service) else {
            throw .misused(
                Cause(.serviceNotAllowed, about: service, remedy: "the administrator lists it in /etc/pam-checkpwd/services"))
        }
    }

    private static func read() throws(Failure) -> [UInt8] {
        let path = [UInt8](self.path)
        let descriptor = path.withCString { clibc_open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0) }
        guard descriptor >= 0 else { throw unreadable(clibc_errno()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(clibc_errno()) }
        guard status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG), status.st_uid == 0, status.st_mode & 0o022 == 0 else {
            throw .temporary(
                Cause(
                    .listOfServicesIsNotRootsAlone, about: path,
                    remedy: "it must be a plain file, owned by root, and writable by nobody else"))
        }
        let text: [UInt8]
        do throws(SystemError) {
            text = try Secret(reading: descriptor, atMost: limit + 1).withUnsafeBytes { Array($0) }
        } catch {
            throw unreadable(error.errno)
        }
        // A name at its end would be cut, and may then be another's.
        guard text.count <= limit else {
            throw .temporary(Cause(.listOfServicesTooLong, about: path, remedy: "it may have 16384 bytes"))
        }
        return text
    }

    private static func unreadable(_ errno: Int32) -> Failure {
        .temporary(
            Cause(
                .listOfServicesCannotBeRead, about: [UInt8](path), errno: errno,
                remedy: "a setuid pam-checkpwd needs it: one service a line"))
    }
}
