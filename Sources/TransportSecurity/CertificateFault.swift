import CheckpwdCore

/// What makes clients refuse a certificate that can be loaded.
public enum CertificateFault: Sendable {
    /// Since this moment, in seconds since 1970.
    case expired(ServerCertificate.Files, Int)
    /// Until this moment.
    case notYetValid(ServerCertificate.Files, Int)
    /// One of those that sign it is not valid.
    case chain(ServerCertificate.Files)
    /// None of the certificates stands for this host name.
    case otherName(ServerCertificate.Files, [UInt8])

    /// - Returns: nil if it is valid at that moment.
    public init?(of certificate: ServerCertificate, at now: Int) {
        switch certificate.validity.state(at: now) {
        case .valid: return nil
        case .expired: self = .expired(certificate.files, certificate.validity.notAfter)
        case .notYetValid: self = .notYetValid(certificate.files, certificate.validity.notBefore)
        }
    }

    /// Whether no client accepts the certificate.
    public var isGrave: Bool {
        switch self {
        case .expired, .notYetValid: true
        case .chain, .otherName: false
        }
    }

    public var cause: Cause {
        switch self {
        case .expired(let files, let time):
            Cause(
                .certificateHasExpired, about: files.chain + [UInt8](": ") + UTCTime.text(time),
                remedy: "clients refuse it; renew it, then send SIGHUP")
        case .notYetValid(let files, let time):
            Cause(
                .certificateIsNotYetValid, about: files.chain + [UInt8](": ") + UTCTime.text(time),
                remedy: "clients refuse it before that time; check the clock")
        case .chain(let files):
            Cause(
                .issuerCertificateIsNotValidNow, about: files.chain,
                remedy: "clients may refuse the chain; take a new one from the CA")
        case .otherName(let files, let host):
            Cause(
                .certificateDoesNotNameTheHost, about: files.chain + [UInt8](": ") + host,
                remedy: "clients that connect to that name refuse it; get a certificate for it, or give the right --hostname")
        }
    }
}
