import Credentials
import SecretStore

/// A login and its secret, on their way between a file and the side store. An object, so that whatever
/// carries it is copyable: Swift 6.3's optimizer makes enums trap that are not, and have other payloads besides.
public final class Entry: Sendable {
    public let login: Login
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
    public init(_ login: Login, _ secret: consuming Secret, _ times: Times? = nil) throws(Refusal) {
        if login.isEmpty { throw Refusal("empty login") }
        if login.bytes.count > SecretStore.longestLogin { throw Refusal("login longer than 511 bytes") }
        if login.hasControlByte { throw Refusal("control byte in login") }
        if secret.isEmpty { throw Refusal("empty secret") }
        if secret.count > Entry.longestSecret { throw Refusal("secret longer than 1024 bytes") }
        if secret.withUnsafeBytes({ $0.contains { $0 < 0x20 || $0 == 0x7F } }) {
            throw Refusal("control byte in secret")
        }
        self.login = login
        self.secret = secret
        self.times = times
    }
}
