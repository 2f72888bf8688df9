import CheckpwdCore

/// Which letters of a login are made lower case before the login is used. Only ASCII letters have two cases here: those of
/// other scripts depend on the language, and a domain in a login may be in UTF-8.
public enum LoginCase: String, CaseIterable, Sendable {
    /// None: the login is used as the client sent it.
    case asSent = "none"
    /// Those after the last `@`: a domain has no case (RFC 5321 section 2.3.11).
    case domain
    /// All of them: a local part has case by the standard, and on few systems.
    case all

    public func apply(to login: [UInt8]) -> [UInt8] {
        let start =
            switch self {
            case .asSent: login.endIndex
            case .domain: login.lastIndex(of: UInt8(ascii: "@")) ?? login.endIndex
            case .all: login.startIndex
            }
        return login[..<start] + login[start...].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }
}

extension LoginName {
    /// The login that a client sent, as it is used.
    init(sent bytes: [UInt8], _ loginCase: LoginCase) {
        self.init(loginCase.apply(to: bytes))
    }
}
