import CheckpwdCore

/// An exchange that waits for the client's answer. No base64 and no I/O here: bytes in, the next step out.
public enum Exchange: Equatable, Sendable {
    case plain
    case loginName
    case loginPassword(LoginName)
    case cramMD5(challenge: [UInt8])

    /// The exchange that takes the initial response of a mechanism, or nil where the server speaks first (RFC 4954
    /// section 4).
    public init?(takingInitialResponseOf mechanism: Mechanism) {
        switch mechanism {
        case .plain: self = .plain
        case .login: self = .loginName
        case .cramMD5: return nil
        }
    }

    /// The beginning where no initial response came: what to send, in base64, and the exchange that takes the answer.
    ///
    /// - Parameter challenge: makes CRAM-MD5's challenge; called only where one is needed.
    public static func begin(
        _ mechanism: Mechanism, challenge: () -> [UInt8]
    ) -> (challenge: [UInt8], exchange: Exchange) {
        switch mechanism {
        case .plain: return ([], .plain)
        case .login: return ([UInt8]("Username:"), .loginName)
        case .cramMD5:
            let challenge = challenge()
            return (challenge, .cramMD5(challenge: challenge))
        }
    }

    /// The login, if the client has sent it in an earlier answer.
    public var login: LoginName? {
        if case .loginPassword(let login) = self { login } else { nil }
    }

    /// The step after the client's answer, decoded.
    ///
    /// - Parameter loginCase: which letters of the login are made lower case. No mechanism's proof covers the login.
    public func answer(_ response: consuming Secret, _ loginCase: LoginCase = .asSent) -> Step {
        switch self {
        case .plain: PlainMessage.step(response, loginCase)
        case .loginName: Self.name(response, loginCase)
        case .loginPassword(let login): Self.password(response, of: login)
        case .cramMD5(let challenge): CRAMMD5Answer.step(response, to: challenge, loginCase)
        }
    }

    /// LOGIN's two questions are those of draft-murchison-sasl-login section 2.
    private static func name(_ response: borrowing Secret, _ loginCase: LoginCase) -> Step {
        let login = LoginName(sent: response.withUnsafeBytes { [UInt8]($0) }, loginCase)
        return login.hasControlByte
            ? .malformed(.controlByteInLogin, login) : .challenge([UInt8]("Password:"), .loginPassword(login))
    }

    private static func password(_ response: consuming Secret, of login: LoginName) -> Step {
        // A NUL would end the field on descriptor 3, and what follows it would be read as another.
        guard !response.withUnsafeBytes({ $0.contains(0) }) else { return .malformed(.nulInPassword, login) }
        return .claim(Claim(.login, login, password: response))
    }
}
