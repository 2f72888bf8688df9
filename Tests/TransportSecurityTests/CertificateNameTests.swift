import TestSupport
import Testing
import TransportSecurity

@Suite struct CertificateNameTests {
    @Test(arguments: [
        ("mail.example.com", "mail.example.com", true), ("mail.example.com", "MAIL.Example.COM.", true),
        ("MAIL.example.com.", "mail.example.com", true), ("mail.example.com", "example.com", false),
        ("*.example.com", "mail.example.com", true), ("*.example.com", "a.mail.example.com", false),
        ("*.example.com", "example.com", false), ("*.example.com", ".example.com", false),
        // RFC 9525: a star is a whole label, and the first.
        ("m*.example.com", "mail.example.com", false), ("mail.*.com", "mail.example.com", false), ("*", "localhost", false),
        ("", "", true), ("*.", "a.", false),
    ])
    func `a name of a certificate stands for itself, a star for one label`(name: String, host: String, matches: Bool) {
        #expect(CertificateName(name.utf8).matches(CertificateName(host.utf8)) == matches)
    }
}
