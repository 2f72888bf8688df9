import CheckpwdCore

extension Reason {
    static var certificateCannotBeUsed: Reason { Reason("certificate-cannot-be-used", "certificate cannot be used") }
    static var certificateDoesNotNameTheHost: Reason { Reason("certificate-does-not-name-the-host", "certificate does not name the host") }
    static var certificateHasExpired: Reason { Reason("certificate-has-expired", "certificate has expired") }
    static var certificateIsNotYetValid: Reason { Reason("certificate-is-not-yet-valid", "certificate is not yet valid") }
    static var fileIsNotASCII: Reason { Reason("file-is-not-ascii", "file is not ASCII") }
    static var issuerCertificateIsNotValidNow: Reason { Reason("issuer-certificate-is-not-valid-now", "issuer certificate is not valid now") }
    static var noCertificate: Reason { Reason("no-certificate", "no certificate") }
    static var noPrivateKey: Reason { Reason("no-private-key", "no private key") }
    static var privateKeyDoesNotMatchTheCertificate: Reason { Reason("private-key-does-not-match-the-certificate", "private key does not match the certificate") }
}
