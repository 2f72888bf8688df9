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
        try FilePermissions.require(FilePermissions.folder(of: path), place.folderKind)
        let descriptor = path.withCString { clibc_open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0) }
        guard descriptor >= 0 else {
            let errno = clibc_errno()
            // ELOOP: the message for a symbolic link says more.
            try FilePermissions.require(path, place.kind)
            throw unreadable(path, errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path, clibc_errno()) }
        try FilePermissions.require(status, path, place.kind)
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

/// Where the keys of the store are.
public enum KeyPlace: Equatable, Sendable {
    case file([UInt8])
    /// In the folder of the credentials that systemd gives a service (systemd.exec(5), `LoadCredential=`).
    case credential(folder: [UInt8])

    /// What the credential is called.
    public static let credentialName: StaticString = "store.key"

    /// Where the keys are unless somebody names a file: in systemd's credential where there is one, else where
    /// `checkpwdctl store init` puts them.
    ///
    /// - Parameter credentials: the value of `$CREDENTIALS_DIRECTORY`, or nil where nobody may be believed.
    public static func standard(credentials: [UInt8]?) -> KeyPlace {
        if let credentials, credentials.first == UInt8(ascii: "/") {
            let place = KeyPlace.credential(folder: credentials)
            if place.path.withCString({ access($0, F_OK) }) == 0 { return place }
        }
        return .file([UInt8](SecretStore.defaultKeyPath))
    }

    public var path: [UInt8] {
        switch self {
        case .file(let path): path
        case .credential(let folder): folder + [UInt8]("/") + [UInt8](KeyPlace.credentialName)
        }
    }

    var kind: FilePermissions.Kind {
        switch self {
        case .file: .file
        case .credential: .credential
        }
    }

    package var folderKind: FilePermissions.Kind {
        switch self {
        case .file: .folder
        case .credential: .credentialFolder
        }
    }
}
