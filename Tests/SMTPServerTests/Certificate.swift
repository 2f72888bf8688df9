import CheckpwdCore
import Foundation
@testable import SMTPServer
import TestSupport
import TransportSecurity

/// A certificate of our own for localhost, and its key, as files; gone with the test.
struct Certificate {
    private let folder = Folder()
    let chain: [UInt8]
    private let keyPEM: [UInt8]

    /// - Parameter names: its DNS names.
    init(_ names: [String] = ["localhost"]) {
        let made = Program([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=" + names.map { "DNS:\($0)" }.joined(separator: ","), "-keyout", folder("key"), "-out", folder("cert"),
        ]).run()
        precondition(made.status == 0, made.errors)
        chain = Array(FileManager.default.contents(atPath: folder("cert"))!)
        keyPEM = Array(FileManager.default.contents(atPath: folder("key"))!)
    }

    var key: Secret { Secret(copying: keyPEM) }

    /// As smtp-auth loads it.
    func loaded() throws(Failure) -> ServerCertificate {
        try ServerCertificate(
            chain: chain, key: key, files: ServerCertificate.Files(chain: Array("/cert".utf8), key: Array("/key".utf8)))
    }

    func tls() throws(Failure) -> CurrentTLS {
        try CurrentTLS(ServerCertificates([try loaded()]))
    }
}
