import CheckpwdCore
import PrivilegeSeparation
import ServerSupport
import TransportSecurity

/// Makes certificates of what the parent has read.
struct CertificateLoader: Sendable {
    private let files: [ServerCertificate.Files]

    init(_ options: TLSOptions) {
        files = options.certificates.map { ServerCertificate.Files(chain: $0.chain, key: $0.key) }
    }

    /// - Parameter received: in the order of the options.
    /// - Returns: nil if there are none.
    /// - Throws: `misused` if one cannot be used, which its file names.
    func load(_ received: [Station.Certificate]) throws(Failure) -> ServerCertificates? {
        var all: [ServerCertificate] = []
        for (certificate, files) in zip(received, files) {
            all.append(try ServerCertificate(chain: certificate.chain, key: certificate.key, files: files))
        }
        return all.isEmpty ? nil : ServerCertificates(all)
    }
}

extension Meters {
    /// Shows until when these are valid.
    func note(_ certificates: ServerCertificates) {
        self.certificates(certificates.all.map { ($0.files.chain, $0.validity.notAfter) })
    }
}
