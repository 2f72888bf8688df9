import CheckpwdCore
import Foundation
import TestSupport
import TransportSecurity

/// A certificate that openssl made, and its key, in PEM.
struct Made {
    let chain: [UInt8]
    let keyBytes: [UInt8]

    var key: Secret { Secret(copying: keyBytes) }
    static let files = ServerCertificate.Files(chain: Array("/c.pem".utf8), key: Array("/k.pem".utf8))

    /// - Parameters:
    ///   - names: subjectAltName's DNS names.
    ///   - algorithm: as `openssl req -newkey` takes it.
    init(_ names: [String] = ["mail.example.com"], algorithm: [String] = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]) {
        let folder = Folder()
        let extensions = names.isEmpty ? [] : ["-addext", "subjectAltName=" + names.map { "DNS:\($0)" }.joined(separator: ",")]
        let made = Program(
            ["openssl", "req", "-x509", "-newkey"] + algorithm + [
                "-nodes", "-days", "2", "-subj", "/CN=cn.example.com", "-keyout", folder("key"), "-out", folder("cert"),
            ] + extensions
        ).run()
        precondition(made.status == 0, made.errors)
        chain = Array(FileManager.default.contents(atPath: folder("cert"))!)
        keyBytes = Array(FileManager.default.contents(atPath: folder("key"))!)
    }

    func certificate(_ files: ServerCertificate.Files = files) throws(Failure) -> ServerCertificate {
        try ServerCertificate(chain: chain, key: key, files: files)
    }
}
