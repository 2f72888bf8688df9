import CheckpwdCore
import Glibc
import NIOSSL
import SMTP
import Synchronization
import TransportSecurity

/// The server's certificates as they are now. New sessions take them; open ones keep those that they began with.
public final class CurrentTLS: Sendable {
    private struct State {
        var certificates: ServerCertificates
        var context: NIOSSLContext
    }

    private let state: Mutex<State>

    public init(_ certificates: ServerCertificates) throws(Failure) {
        state = Mutex(State(certificates: certificates, context: try certificates.context()))
    }

    /// Uses other certificates from the next session on, all of them or none.
    ///
    /// - Parameter now: in seconds since 1970.
    /// - Throws: if one of them has expired, or is not yet valid, and the one in its place is valid. Those that are there stay.
    public func replace(with new: ServerCertificates, at now: Int = time(nil)) throws(Failure) {
        let current = state.withLock { $0.certificates }
        if let fault = new.faultAgainstReplacing(current, at: now) { throw .misused(fault.cause) }
        let context = try new.context()
        state.withLock { $0 = State(certificates: new, context: context) }
    }

    func makeHandler() -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: state.withLock { $0.context })
    }
}

extension TLSFailure {
    /// - Parameters:
    ///   - error: the TLS library's.
    ///   - wrapsTLS: whether TLS comes before anything else.
    init(_ error: any Error, wrapsTLS: Bool) {
        if Self.isEnd(error) {
            self.init(.clientClosed)
        } else if let word = LibraryWord.of(error) {
            self.init(Self.reason(String(decoding: word, as: UTF8.self), wrapsTLS), detail: word)
        } else {
            self.init(.other, detail: [UInt8](String(describing: error).utf8))
        }
    }

    private static func isEnd(_ error: any Error) -> Bool {
        switch error {
        case NIOSSLError.handshakeFailed(.sslError([.eofDuringHandshake])), NIOSSLError.handshakeFailed(.zeroReturn),
            NIOSSLError.handshakeFailed(.syscallError):
            true
        default: false
        }
    }

    /// Words with ALERT in them are what the client said (RFC 8446 section 6.2), others what the library found itself.
    private static func reason(_ word: String, _ wrapsTLS: Bool) -> Reason {
        switch word {
        case "UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "INAPPROPRIATE_FALLBACK":
            .noCommonVersion
        case "NO_SHARED_CIPHER", "NO_SHARED_GROUP", "NO_COMMON_SIGNATURE_ALGORITHMS", "TLSV1_ALERT_INSUFFICIENT_SECURITY":
            .noCommonCipher
        case "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST":
            wrapsTLS ? .plainTextOnTLSPort : .plainTextAfterSTARTTLS
        case "TLSV1_ALERT_UNKNOWN_CA", "SSLV3_ALERT_BAD_CERTIFICATE", "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
            "SSLV3_ALERT_CERTIFICATE_REVOKED", "SSLV3_ALERT_CERTIFICATE_EXPIRED", "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
            "TLSV1_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE", "TLSV1_ALERT_BAD_CERTIFICATE_HASH_VALUE":
            .certificateRejected
        default: .other
        }
    }
}
