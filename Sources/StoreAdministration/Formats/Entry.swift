import CheckpwdCore
import SecretStore

/// A login and its secret, on their way between a file and the side store. An object, so that whatever
/// carries it is copyable: Swift 6.3's optimizer makes enums trap that are not, and have other payloads besides.
public final class Entry: Sendable {
    public let login: LoginName
    public let secret: Secret
    /// When the login first got a secret and when it got this one, in seconds since 1970; nil where the file does not say.
    public let times: Times?

    public struct Times: Equatable, Sendable {
        public let created, changed: UInt64

        public init(created: UInt64, changed: UInt64) {
            self.created = created
            self.changed = changed
        }
    }

    /// The longest secret, in bytes.
    public static let longestSecret = 1024

    /// - Throws: where login or secret is none that the store takes.
    public init(_ login: LoginName, _ secret: consuming Secret, _ times: Times? = nil) throws(LineError) {
        if login.isEmpty { throw LineError("empty login") }
        if login.bytes.count > SecretStore.longestLogin { throw LineError("login longer than 511 bytes") }
        if login.hasControlByte { throw LineError("control byte in login") }
        if secret.isEmpty { throw LineError("empty secret") }
        if secret.count > Entry.longestSecret { throw LineError("secret longer than 1024 bytes") }
        if secret.withUnsafeBytes({ $0.contains { $0 < 0x20 || $0 == 0x7F } }) {
            throw LineError("control byte in secret")
        }
        self.login = login
        self.secret = secret
        self.times = times
    }
}
