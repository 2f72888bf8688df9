import TestSupport

/// A certificate of this test's own, for `mail.example.com` and 127.0.0.1, signed by itself; and its key.
final class Certificate: Sendable {
    private let folder = Folder()
    let certificate, key: String

    init() {
        certificate = folder("certificate.pem")
        key = folder("key.pem")
        let outcome = Program([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=mail.example.com", "-addext", "subjectAltName=DNS:mail.example.com,IP:127.0.0.1",
            "-keyout", key, "-out", certificate,
        ]).run()
        precondition(outcome.status == 0, outcome.errors)
    }
}
