import Foundation
import TestSupport

/// A certificate that signs itself, and its key, in a folder of a test's.
struct TestCertificate {
    private let folder: Folder
    let chain: String
    let key: String

    init(in folder: Folder, name: String) {
        self.folder = folder
        chain = folder("certificate.pem")
        key = folder("key.pem")
        renew(name)
    }

    /// What smtp-auth is told.
    var options: [String] { ["--tls-cert", chain, "--tls-key", key] }

    /// Another certificate, with another key, in the place of the first.
    func renew(_ name: String) {
        let outcome = Program([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)", "-keyout", key, "-out", chain,
        ]).run()
        precondition(outcome.status == 0, outcome.errors)
    }

    /// The name in the certificate that a server on this port shows after STARTTLS.
    func subject(_ port: Int) -> String? {
        let outcome = Program([
            "/bin/sh", "-c",
            #"openssl s_client -starttls smtp -connect "127.0.0.1:$0" </dev/null 2>/dev/null | openssl x509 -noout -subject"#,
            "\(port)",
        ]).run()
        return outcome.output.split(separator: "=").last.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
    }
}
