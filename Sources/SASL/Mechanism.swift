import CheckpwdCore

/// The SASL mechanisms that are offered, in the order in which they are listed to a client.
public enum Mechanism: CaseIterable, Sendable {
    case login
    case plain
    case cramMD5

    /// The registered name: `CRAM-MD5`.
    public var name: StaticString {
        switch self {
        case .login: "LOGIN"
        case .plain: "PLAIN"
        case .cramMD5: "CRAM-MD5"
        }
    }

    /// The mechanism of a name in upper or lower case, or nil.
    ///
    /// SASL's names are upper case (RFC 4422 section 3.1), but SMTP's keywords are not case-sensitive (RFC 5321
    /// section 2.4), and people who type a session type `auth login`.
    public init?(name: some Collection<UInt8>) {
        let upper = name.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) ? $0 - 0x20 : $0 }
        guard let mechanism = Self.allCases.first(where: { upper == $0.name }) else { return nil }
        self = mechanism
    }

    /// Whether the password itself is sent, so that it can be read on an unencrypted connection.
    public var sendsPassword: Bool {
        switch self {
        case .login, .plain: true
        case .cramMD5: false
        }
    }
}
