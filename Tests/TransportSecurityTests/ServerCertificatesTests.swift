import CheckpwdCore
import TestSupport
import Testing
@testable import TransportSecurity

@Suite struct ServerCertificatesTests {
    private static func certificate(_ number: Int, _ names: [String]) throws -> ServerCertificate {
        try Made(names).certificate(
            ServerCertificate.Files(chain: Array("/c\(number)".utf8), key: Array("/k\(number)".utf8)))
    }

    private static let three = Result {
        ServerCertificates([
            try certificate(0, ["mail.example.com"]), try certificate(1, ["*.example.org", "example.org"]),
            try certificate(2, ["smtp.example.org", "*.example.com"]),
        ])
    }

    @Test(arguments: [
        ("mail.example.com", 0), ("smtp.example.com", 2), ("example.org", 1), ("imap.example.org", 1), ("SMTP.example.org.", 2),
        ("a.b.example.org", 0), ("example.net", 0), ("", 0),
    ])
    func `the certificate that has the name itself is chosen, then a wildcard, then the first`(host: String, number: Int) throws {
        let chosen = try Self.three.get().certificate(for: CertificateName(host.utf8))
        #expect(text(chosen.files.chain) == "/c\(number)")
    }

    @Test func `what makes clients refuse certificates is found`() throws {
        let certificates = try Self.three.get()
        let validity = certificates.all[0].validity
        func faults(_ now: Int, _ host: String) -> [String] {
            certificates.faults(at: now, host: Array(host.utf8)).map { text($0.cause.sentence) }
        }
        #expect(faults(validity.notAfter - 60, "mail.example.com") == [])
        #expect(faults(validity.notAfter - 60, "imap.example.org") == [])
        let other = faults(validity.notAfter - 60, "example.net")
        #expect(other.count == 1 && other[0].hasPrefix("certificate does not name the host: /c0: example.net; "))
        let expired = faults(validity.notAfter + 3600, "mail.example.com")
        #expect(expired.count == 3 && expired[1].hasPrefix("certificate has expired: /c1: 20"))
        #expect(faults(0, "mail.example.com").first?.hasPrefix("certificate is not yet valid: /c0: 20") == true)
        #expect(certificates.faults(at: 0, host: []).map(\.isGrave) == [true, true, true, false])
    }

    @Test func `an expired certificate does not replace a valid one, and a renewed one replaces any`() throws {
        let made = Made()
        let (old, new) = (ServerCertificates([try made.certificate()]), try Self.three.get())
        let end = new.all[0].validity.notAfter
        func reason(_ new: ServerCertificates, _ old: ServerCertificates, _ now: Int) -> String? {
            new.faultAgainstReplacing(old, at: now).map { "\($0.cause.reason.code)" }
        }
        #expect(reason(new, old, end - 60) == nil)
        // A moment at which the one is valid and the other is not: they were made one after the other, or in one second.
        let later = Validity(notBefore: end + 1, notAfter: end + 100)
        var renewed = try made.certificate()
        renewed.validity = later
        let valid = ServerCertificates([renewed])
        #expect(reason(new, valid, end + 50) == "certificate-has-expired")
        #expect(reason(valid, new, end - 60) == "certificate-is-not-yet-valid")
        #expect(reason(new, new, end + 50) == nil, "both have expired: nothing gets worse")
        #expect(reason(valid, new, end + 50) == nil)
    }

    @Test func `an issuer's certificate that is not valid is a fault, and not a grave one`() throws {
        let made = Made()
        let signer = Made(["ca.example.com"])
        let certificate = try ServerCertificate(chain: made.chain + signer.chain, key: made.key, files: Made.files)
        let end = try signer.certificate().validity.notAfter
        // Both end within the same seconds; at a time when the first is valid still, only the other's end is looked at.
        #expect(certificate.isChainValid(at: end))
        #expect(!certificate.isChainValid(at: end + 1))
        let fault = CertificateFault.chain(Made.files)
        #expect(!fault.isGrave)
        #expect(text(fault.cause.sentence).hasPrefix("issuer certificate is not valid now: /c.pem; "))
    }
}
