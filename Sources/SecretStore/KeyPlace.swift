import CLibc
import CheckpwdCore

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

    var kind: Privacy.Kind {
        switch self {
        case .file: .file
        case .credential: .credential
        }
    }

    package var folderKind: Privacy.Kind {
        switch self {
        case .file: .folder
        case .credential: .credentialFolder
        }
    }
}
