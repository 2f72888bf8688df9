import Credentials
import Foundation
import SecretStore
import StoreKeeping
import Verdicts

/// A store and its key in a folder of a test's own.
public struct SampleStore: Sendable {
    public let folder = Folder()

    /// A new one, with these logins. The secret of each is 'secret of' and its name.
    public init(_ logins: String...) throws {
        _ = try keeper.create()
        try fill(logins)
    }

    public var path: String { folder("store/secrets.mdb") }
    public var keyPath: String { folder("keys/store.key") }
    public var keys: KeyPlace { .file(Array(keyPath.utf8)) }
    public var store: SecretStore { SecretStore(at: Array(path.utf8)) }
    public var keeper: StoreKeeper { keeper(maxSize: StoreKeeper.defaultMaxSize) }

    public func keeper(maxSize: Int) -> StoreKeeper {
        StoreKeeper(at: Array(path.utf8), keys: keys, maxSize: maxSize)
    }

    /// Gives logins their secrets, in one transaction.
    public func fill(_ logins: some Sequence<String>) throws {
        var batch = Batch()
        for login in logins {
            try Secret("secret of \(login)").withUnsafeBytes { try batch.add($0, of: Login(login)) }
        }
        _ = try keeper.write(batch, now: 1)
    }

    /// The secret of a login as text, or nil.
    public func text(of login: String) throws -> String? {
        guard let secret = try store.secret(of: Login(login), with: keys) else { return nil }
        return secret.text()
    }

    /// Whether a login opens with the secret that it was filled with.
    public func isWhole(_ login: String) throws -> Bool { try text(of: login) == "secret of \(login)" }

    public func set(_ secret: String, of login: String, now: UInt64 = 1) throws(Failure) {
        try keeper.set(Secret(secret), of: Login(login), now: now)
    }
}
