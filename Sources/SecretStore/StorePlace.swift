import CheckpwdCore

/// Where a side store is.
public enum StorePlace: Equatable, Sendable {
    /// An LMDB environment, of this host alone.
    case file([UInt8])
    /// A PostgreSQL database, which several hosts may share.
    case database(DatabaseAddress)

    /// Where the store is unless somebody says otherwise.
    public static var standard: StorePlace { .file([UInt8](SecretStore.defaultPath)) }

    /// - Parameter text: `postgresql://...`, `postgres://...`, or else the path of a file.
    public init(_ text: [UInt8]) {
        self = DatabaseAddress(text).map { .database($0) } ?? .file(text)
    }

    /// What messages call it.
    public var name: [UInt8] {
        switch self {
        case .file(let path): path
        case .database(let address): address.name
        }
    }
}
