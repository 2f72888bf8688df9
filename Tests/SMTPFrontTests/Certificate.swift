import Credentials
import Foundation
import TestSupport

@testable import SMTPFront

/// A certificate of our own for localhost, and its key, as files; gone with the test.
struct Certificate {
    private let folder = Folder()
    let chain: [UInt8]
    private let keyPEM: [UInt8]

    init() {
        let made = Program([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2",
            "-subj", "/CN=localhost", "-keyout", folder("key"), "-out", folder("cert"),
        ]).run()
        precondition(made.status == 0, made.errors)
        chain = Array(FileManager.default.contents(atPath: folder("cert"))!)
        keyPEM = Array(FileManager.default.contents(atPath: folder("key"))!)
    }

    var key: Secret { Secret(copying: keyPEM) }

    func tls() throws -> CurrentTLS {
        try CurrentTLS(certificatePEM: chain, keyPEM: key)
    }
}
