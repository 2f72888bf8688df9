import CheckpwdCore
import Glibc
import TestSupport
import Testing
@testable import TransportSecurity

@Suite struct ServerCertificateTests {
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private func failure(_ chain: [UInt8], _ key: [UInt8]) -> String? {
        TestSupport.failure { () throws(Failure) in
            _ = try ServerCertificate(chain: chain, key: Secret(copying: key), files: Made.files)
        }?.description
    }

    @Test func `names and dates are those of the first certificate`() throws {
        let made = Made(["mail.example.com", "*.Example.org"])
        let certificate = try ServerCertificate(chain: made.chain + Made(["ca.example.com"]).chain, key: made.key, files: Made.files)
        #expect(certificate.names.map { text($0.bytes) } == ["mail.example.com", "*.example.org"])
        let left = certificate.validity.notAfter - Int(time(nil))
        #expect((2 * 86400 - 600...2 * 86400).contains(left))
        #expect(certificate.validity.state(at: Int(time(nil))) == .valid)
        #expect(try Made([]).certificate().names.isEmpty, "a common name is no name that clients look at")
    }

    @Test func `each file that cannot be used is named, with the reason`() {
        let made = Made()
        let other = Made()
        let rsa = Made(algorithm: ["rsa:2048"])
        let mismatch = "misused: private key does not match the certificate: /k.pem and /c.pem"
        #expect(failure(made.chain, made.keyBytes) == nil)
        #expect(failure(made.chain, other.keyBytes)?.hasPrefix(mismatch) == true)
        #expect(failure(made.chain, rsa.keyBytes)?.hasPrefix(mismatch) == true)
        #expect(failure(other.chain + made.chain, made.keyBytes)?.hasPrefix(mismatch) == true)
        for broken in ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            #expect(failure(Array(broken.utf8), made.keyBytes)?.hasPrefix("misused: no certificate: /c.pem") == true)
            #expect(failure(made.chain, Array(broken.utf8))?.hasPrefix("misused: no private key: /k.pem") == true)
        }
    }

    @Test(arguments: [
        (0, 100, 50, Validity.State.valid), (0, 100, 0, .valid), (0, 100, 100, .valid), (0, 100, 101, .expired),
        (1, 100, 0, .notYetValid),
    ])
    func `both ends of the validity belong to it`(from: Int, to: Int, now: Int, state: Validity.State) {
        #expect(Validity(notBefore: from, notAfter: to).state(at: now) == state)
    }

    @Test(arguments: [(86400, 0, 1), (86399, 0, 0), (0, 0, 0), (0, 1, -1), (0, 86400, -1), (0, 86401, -2)])
    func `days left are whole ones, and less than 0 after the end`(end: Int, now: Int, days: Int) {
        #expect(Validity(notBefore: 0, notAfter: end).daysLeft(at: now) == days)
    }

    @Test func `a byte-order mark before any BEGIN of a PEM file is dropped`() throws {
        let made = Made()
        let signer = Made(["ca.example.com"])
        let chain = Self.mark + made.chain + Self.mark + signer.chain
        let certificate = try ServerCertificate(chain: chain, key: Secret(copying: Self.mark + made.keyBytes), files: Made.files)
        #expect(certificate.names.map { text($0.bytes) } == ["mail.example.com"])
        #expect(certificate.chain.count == 2)
    }

    @Test func `a PEM file in UTF-16 is refused as such`() {
        let made = Made()
        func wide(_ bytes: [UInt8]) -> [UInt8] { [0xFF, 0xFE] + bytes.flatMap { [$0, 0] } }
        #expect(failure(wide(made.chain), made.keyBytes)?.contains("file is not ASCII: /c.pem; it is UTF-16") == true)
        #expect(failure(made.chain, wide(made.keyBytes))?.contains("file is not ASCII: /k.pem; it is UTF-16") == true)
    }

    @Test(arguments: [
        ("a-----BEGIN", "a-----BEGIN"), ("\u{FEFF}-----BEGIN\u{FEFF}\u{FEFF}-----BEGIN", "-----BEGIN\u{FEFF}-----BEGIN"),
        ("\u{FEFF}", "\u{FEFF}"), ("", ""),
    ])
    func `no other byte-order mark is dropped`(before: String, after: String) {
        var bytes = Array(before.utf8)
        PEMText.dropByteOrderMarks(&bytes)
        #expect(bytes == Array(after.utf8))
    }
}
