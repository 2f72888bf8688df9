import ByteStrings
import CPlatform
import Verdicts

/// The name of a PAM service: a file in `/etc/pam.d`.
public struct Service: Sendable {
    public let name: [UInt8]

    /// Where libpam looks for a service's file, in this order.
    static let folders: [StaticString] = ["/etc/pam.d/", "/usr/lib/pam.d/"]

    /// - Throws: `misused` unless the name matches `[a-z0-9._-]+`. libpam itself takes any name, lower-cases it and drops
    ///   all before the last slash, so that another file would be read than the one that was named.
    public init(_ name: [UInt8]) throws(Failure) {
        guard !name.isEmpty, name.allSatisfy(Service.allows) else {
            throw .misused(
                Cause(
                    "bad service name", about: name,
                    remedy: "a service name has lower-case letters, digits, dots, hyphens and underscores only"))
        }
        self.name = name
    }

    private static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Makes sure that the service has a file of its own: without one, libpam silently uses the service `other`, on Debian
    /// the system's own passwords.
    ///
    /// - Throws: `temporary`, naming the file, where there is none or it cannot be read.
    public func requireOwnFile() throws(Failure) {
        var problem: Int32 = ENOENT
        for folder in Service.folders {
            let path = [UInt8](folder) + name
            problem = Service.readability(of: path)
            if problem == 0 { return }
            if problem != ENOENT { break }
        }
        throw .temporary(
            Cause(
                problem == ENOENT ? "no service file" : "service file cannot be read",
                about: [UInt8](Service.folders[0]) + name, errno: problem,
                remedy: "write it (pam.d/pam-checkpwd is a model), or name another service with --service"))
    }

    /// - Returns: 0 for a regular file that can be opened, or an errno.
    private static func readability(of path: [UInt8]) -> Int32 {
        let descriptor = path.withCString { cplatform_open($0, O_RDONLY | O_NONBLOCK, 0) }
        guard descriptor >= 0 else { return cplatform_errno() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return cplatform_errno() }
        return status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG) ? 0 : EISDIR
    }
}
