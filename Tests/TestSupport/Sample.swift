import CheckpwdCore
import SecretStore
import StoreAdministration

/// A store of a test's own, wherever it lies.
public protocol Sample {
    var keys: KeyPlace { get }
    var store: SecretStore { get }
    var keeper: StoreKeeper { get }
}

extension Sample {
    /// Gives logins their secrets, in one transaction. The secret of each is 'secret of' and its name.
    public func fill(_ logins: some Sequence<String>) throws {
        var batch = Batch()
        for login in logins {
            try Secret("secret of \(login)").withUnsafeBytes { try batch.add($0, of: LoginName(login)) }
        }
        _ = try keeper.write(batch, now: 1)
    }

    /// The secret of a login as text, or nil.
    public func text(of login: String) throws -> String? {
        guard let secret = try store.secret(of: LoginName(login), with: keys) else { return nil }
        return secret.text()
    }

    /// Whether a login opens with the secret that it was filled with.
    public func isWhole(_ login: String) throws -> Bool { try text(of: login) == "secret of \(login)" }

    public func set(_ secret: String, of login: String, now: UInt64 = 1) throws(Failure) {
        try keeper.set(Secret(secret), of: LoginName(login), now: now)
    }
}
