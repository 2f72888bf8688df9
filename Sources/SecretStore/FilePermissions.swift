import CLibc
import CheckpwdCore

/// What secrets lie in, and the folders that lead to it, must be open to nobody but their owner: root, or who runs us.
public enum FilePermissions {
    public enum Kind: Sendable {
        case file, folder
        /// A file that systemd lays down for a service (systemd.exec(5)). It gives the service's user access by an ACL, whose
        /// mask shows as permissions of the group.
        case credential, credentialFolder

        fileprivate var format: mode_t { mode_t(self == .file || self == .credential ? S_IFREG : S_IFDIR) }
        fileprivate var name: StaticString { self == .file || self == .credential ? "a plain file" : "a folder" }
        /// The permissions that nobody may have.
        fileprivate var forbidden: mode_t { self == .file || self == .folder ? 0o077 : 0o027 }

        /// Whether nobody may do what they must not.
        public func permits(_ status: stat) -> Bool { status.st_mode & forbidden == 0 }

        fileprivate var wanted: StaticString {
            switch self {
            case .file: "0600"
            case .folder: "0700"
            case .credential: "0440"
            case .credentialFolder: "0550"
            }
        }
    }

    /// Checks what a path leads to, and does not follow a symbolic link. What is not there passes: whoever opens it finds out.
    ///
    /// - Throws: `temporary`, naming the path, what was found and what is wanted.
    public static func require(_ path: [UInt8], _ kind: Kind) throws(Failure) {
        var status = stat()
        guard path.withCString({ lstat($0, &status) }) == 0 else { return }
        try require(status, path, kind)
    }

    /// The folder in which a path's last part lies.
    public static func folder(of path: [UInt8]) -> [UInt8] {
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return [UInt8](".") }
        // Behind `link/` lstat(2) would see what the link leads to.
        guard let end = path[..<slash].lastIndex(where: { $0 != UInt8(ascii: "/") }) else { return [UInt8]("/") }
        return Array(path[...end])
    }

    /// Whether it is a user's own, or root's.
    public static func isOwned(_ status: stat, by user: uid_t) -> Bool { status.st_uid == 0 || status.st_uid == user }

    static func require(_ status: stat, _ path: [UInt8], _ kind: Kind) throws(Failure) {
        let format = status.st_mode & mode_t(S_IFMT)
        guard format == kind.format else {
            let found: StaticString = format == mode_t(S_IFLNK) ? "a symbolic link" : "something else"
            throw unsafe(path, [UInt8](found), [UInt8](kind.name))
        }
        let us = geteuid()
        guard isOwned(status, by: us) else {
            throw unsafe(
                path, [UInt8]("owner ") + [UInt8](decimal: status.st_uid),
                [UInt8](us == 0 ? "0 (root)" : "0 (root) or ") + (us == 0 ? [] : [UInt8](decimal: us)))
        }
        guard kind.permits(status) else {
            throw unsafe(path, [UInt8]("mode ") + octal(status.st_mode & 0o7777), [UInt8](kind.wanted))
        }
    }

    private static func unsafe(_ path: [UInt8], _ found: [UInt8], _ wanted: [UInt8]) -> Failure {
        .temporary(
            Cause(
                .notPrivate, about: path + [UInt8](": ") + found + [UInt8](", wanted ") + wanted,
                remedy: "who can read or change it could learn secrets, or set them"))
    }

    /// As chmod(1) takes it: four digits.
    private static func octal(_ mode: mode_t) -> [UInt8] {
        [9, 6, 3, 0].map { UInt8(ascii: "0") + UInt8(mode >> $0 & 7) }
    }
}
