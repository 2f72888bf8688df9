import CheckpwdCore
import Foundation
import SecretStore
import StoreAdministration

/// A store and its key in a folder of a test's own.
public struct SampleStore: Sample, Sendable {
    public let folder = Folder()

    /// A new one, with these logins. The secret of each is 'secret of' and its name.
    public init(_ logins: String...) throws {
        _ = try keeper.create()
        try fill(logins)
    }

    public var path: String { folder("store/secrets.mdb") }
    public var keyPath: String { folder("keys/store.key") }
    public var keys: KeyPlace { .file(Array(keyPath.utf8)) }
    public var store: SecretStore { SecretStore(at: .file(Array(path.utf8))) }
    public var keeper: StoreKeeper { keeper(maxSize: StoreKeeper.defaultMaxSize) }

    public func keeper(maxSize: Int) -> StoreKeeper {
        StoreKeeper(at: .file(Array(path.utf8)), keys: keys, maxSize: maxSize)
    }
}
