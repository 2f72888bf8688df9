/// Why an AUTH exchange ended before there was a claim to check. A client that sends one of these has shown no password.
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
