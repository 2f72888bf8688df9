/// Why TLS failed. The words are the log's, and stay the same.
public struct TLSFailure: Equatable, Sendable {
    public enum Reason: String, CaseIterable, Sendable {
        case noCommonVersion = "no-common-version"
        case noCommonCipher = "no-common-cipher"
        /// On a port where TLS comes first.
        case plainTextOnTLSPort = "plain-text-on-tls-port"
        case plainTextAfterSTARTTLS = "plain-text-after-starttls"
        case certificateRejected = "certificate-rejected-by-client"
        /// The handshake was not over in time.
        case timeout
        /// The client closed the connection before the handshake was over.
        case clientClosed = "client-closed"
        case other
    }

    public let reason: Reason
    /// What the TLS library calls it; empty if it has no word for it.
    public let detail: [UInt8]

    public init(_ reason: Reason, detail: [UInt8] = []) {
        self.reason = reason
        self.detail = detail
    }
}
