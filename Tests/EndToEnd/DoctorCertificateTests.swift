import Foundation
import TestSupport
import Testing

/// `checkpwdctl doctor --tls-cert FILE --tls-key FILE`.
@Suite struct DoctorCertificateTests {
    private let folder = Folder()

    private func doctor(_ options: [String]) -> (status: Int32, output: String, errors: String) {
        let outcome = Program([Stage.checkpwdctl, "doctor"] + options).run()
        return (outcome.status, outcome.output, outcome.errors)
    }

    @Test(arguments: [
        ((from: -1, to: 90), Int32(0), "days left:  90"), ((from: -1, to: 10), 1, "days left:  10"),
        ((from: -9, to: -1), 2, "it has expired"), ((from: 1, to: 90), 2, "it is not yet valid"),
    ])
    func `the exit status tells how long a certificate is valid still`(days: (from: Int, to: Int), status: Int32, words: String) {
        let certificate = TestCertificate(in: folder, name: "mail.example.com")
        certificate.renew("mail.example.com", days: days)
        let outcome = doctor(certificate.options)
        #expect(outcome.status == status, "\(outcome)")
        // A second more, and a day is not whole any more.
        let output = outcome.output.replacing("days left:  89\n", with: "days left:  90\n").replacing("days left:  9\n", with: "days left:  10\n")
        #expect(output.contains(words), "\(outcome.output)")
        #expect(outcome.output.contains("names:      mail.example.com\n"))
        #expect(outcome.output.contains("key:        \(certificate.key) matches\n"))
        let json = doctor(certificate.options + ["--json"])
        #expect(json.status == status)
        #expect(json.output.contains(#""valid":\#(status < 2)"#), "\(json.output)")
    }

    @Test func `a key that does not match, and a file that is not there, are said with their names, and the status is 2`() {
        let (one, two) = (TestCertificate(in: folder, name: "one.example.com"), TestCertificate(in: Folder(), name: "two.example.com"))
        let mismatch = doctor(["--tls-cert", one.chain, "--tls-key", two.key])
        #expect(mismatch.status == 2)
        #expect(mismatch.output.hasPrefix("private key does not match the certificate: \(two.key) and \(one.chain); "))
        let missing = doctor(one.options + ["--tls-cert", "/nonexistent/c", "--tls-key", two.key])
        #expect(missing.status == 2)
        #expect(missing.output.contains("cannot read: /nonexistent/c: No such file or directory\n"))
        #expect(missing.output.contains("names:      one.example.com\n"), "the others are examined all the same")
        #expect(doctor(["--tls-cert", one.chain]).status == 64)
    }
}
