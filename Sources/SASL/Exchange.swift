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
    /// - Parameter loginCase: which letters of the login are made lower case. No mechanism's response covers the login.
    public func answer(_ response: consuming Secret, _ loginCase: LoginCase = .asSent) -> Step {
        switch self {
        case .plain: PlainMessage.step(response, loginCase)
        case .loginName: Self.name(response, loginCase)
        case .loginPassword(let login): Self.password(response, of: login)
        case .cramMD5(let challenge): CRAMMD5Response.step(response, to: challenge, loginCase)
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
        return .attempt(AuthenticationAttempt(.login, login, password: response))
    }
}

/// What the server does after a client's answer.
public enum Step: Sendable {
    /// Send these bytes, in base64, and give the answer to the exchange. They may be none.
    case challenge([UInt8], Exchange)
    /// The exchange is over: check the attempt.
    case attempt(AuthenticationAttempt)
    /// The exchange is over: the client asked for what it cannot have, whatever its password.
    case refused(LoginName)
    /// The exchange is over: the answer is not one of this mechanism. The login is nil if it is not known.
    case malformed(ExchangeFault, LoginName?)
}

/// Why an AUTH exchange ended with nothing to check. A client that sends one of these has shown no password.
public enum ExchangeFault: CaseIterable, Sendable {
    /// Not base64 in its canonical form.
    case notBase64
    /// Base64, but not what the mechanism sends: PLAIN without its three fields, CRAM-MD5 without login and digest.
    case malformedMessage
    /// A login with a byte below 0x20, NUL among them, or DEL.
    case controlByteInLogin
    case nulInPassword
    /// An initial response to a mechanism whose server speaks first.
    case unexpectedInitialResponse
    /// More arguments than AUTH has.
    case unexpectedArgument
    case lineTooLong
    /// LOGIN or PLAIN before TLS, if that is not allowed.
    case beforeTLS

    /// The log's word for it, which stays the same.
    public var word: StaticString {
        switch self {
        case .notBase64: "not-base64"
        case .malformedMessage: "malformed-message"
        case .controlByteInLogin: "control-byte-in-login"
        case .nulInPassword: "nul-in-password"
        case .unexpectedInitialResponse: "unexpected-initial-response"
        case .unexpectedArgument: "unexpected-argument"
        case .lineTooLong: "line-too-long"
        case .beforeTLS: "before-tls"
        }
    }
}

/// The login name that a client sent, and its response: the result of an exchange, to be checked elsewhere.
///
/// An object, so that whatever carries it is copyable: Swift 6.3's optimizer takes an enum that cannot be copied, and has other
/// payloads besides, for one that can, and the program traps. The secret is still one buffer, wiped with the last reference.
public final class AuthenticationAttempt: Sendable {
    public let mechanism: Mechanism
    /// May be empty; never has a control byte.
    public let login: LoginName
    /// The password itself; with a challenge, 32 lower-case hexadecimal digits that answer it. Never has a NUL byte.
    public let response: Secret
    /// What the response answers, angle brackets included; nil where the response is the password.
    public let challenge: [UInt8]?

    /// An attempt by LOGIN or PLAIN.
    init(_ mechanism: Mechanism, _ login: LoginName, password: consuming Secret) {
        self.mechanism = mechanism
        self.login = login
        self.response = password
        self.challenge = nil
    }

    /// An attempt by CRAM-MD5.
    init(_ login: LoginName, digest: consuming Secret, challenge: [UInt8]) {
        self.mechanism = .cramMD5
        self.login = login
        self.response = digest
        self.challenge = challenge
    }
}

/// PLAIN's only message: `[authzid] NUL authcid NUL passwd` (RFC 4616 section 2).
enum PlainMessage {
    static func step(_ message: borrowing Secret, _ loginCase: LoginCase) -> Step {
        message.withUnsafeBytes { bytes in
            let fields = bytes.split(separator: 0, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return .malformed(.malformedMessage, nil) }
            let login = LoginName(sent: [UInt8](fields[1]), loginCase)
            guard !login.hasControlByte else { return .malformed(.controlByteInLogin, login) }
            // To act as somebody else is a right that a checkpassword program cannot be asked for.
            guard fields[0].isEmpty || loginCase.apply(to: [UInt8](fields[0])) == login.bytes else { return .refused(login) }
            let password = Secret(copying: UnsafeRawBufferPointer(rebasing: fields[2]))
            return .attempt(AuthenticationAttempt(.plain, login, password: password))
        }
    }
}
