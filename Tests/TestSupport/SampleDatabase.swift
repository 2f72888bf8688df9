import CheckpwdCore
import Foundation
import SecretStore
import StoreAdministration

/// A store in a database of a test's own, and its key file.
public final class SampleDatabase: Sample, Sendable {
    public let name = "test_" + UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased()
    public let folder = Folder()

    /// A database without a store.
    public init(empty: Void) {
        DatabaseServer.shared.run("CREATE DATABASE \(name)")
    }

    /// A store with these logins. The secret of each is 'secret of' and its name.
    public convenience init(_ logins: String...) throws {
        self.init(empty: ())
        _ = try keeper.create()
        try fill(logins)
    }

    deinit {
        DatabaseServer.shared.run("DROP DATABASE \(name) WITH (FORCE)")
    }

    public var address: String { DatabaseServer.shared.address(of: name) }
    public var place: StorePlace { StorePlace(Array(address.utf8)) }
    public var keyPath: String { folder("keys/store.key") }
    public var keys: KeyPlace { .file(Array(keyPath.utf8)) }
    public var store: SecretStore { SecretStore(at: place) }
    public var keeper: StoreKeeper { StoreKeeper(at: place, keys: keys) }

    /// What the programs need to use it.
    public var options: [String] { ["--store", address, "--store-key", keyPath] }

    @discardableResult
    public func run(_ statements: String) -> String { DatabaseServer.shared.run(statements, in: name) }
}
