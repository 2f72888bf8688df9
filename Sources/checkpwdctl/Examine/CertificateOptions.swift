import ArgumentParser
import CLibc
import CheckpwdCore
import TransportSecurity

/// The certificates that `doctor` examines instead of a PAM service.
struct CertificateOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Examine this certificate and its chain, PEM, and no PAM service.", valueName: "file"))
    var tlsCert: [String] = []

    @Option(help: ArgumentHelp("The private key of the certificate in the same place, PEM.", valueName: "file"))
    var tlsKey: [String] = []

    func validate() throws {
        guard tlsCert.count == tlsKey.count else {
            throw ValidationError("--tls-cert and --tls-key belong together; give as many of one as of the other.")
        }
    }

    /// - Returns: each certificate as it was read, or why it cannot be used; empty if none was given.
    func examine() -> [CertificateReport] {
        zip(tlsCert, tlsKey).map { chain, key in
            let files = ServerCertificate.Files(chain: [UInt8](chain.utf8), key: [UInt8](key.utf8))
            do throws(Failure) {
                let certificate = try ServerCertificate(
                    chain: Self.read(files.chain).withUnsafeBytes { [UInt8]($0) }, key: Self.read(files.key), files: files)
                return CertificateReport(files: files, result: .success(certificate))
            } catch {
                return CertificateReport(files: files, result: .failure(error))
            }
        }
    }

    private static func read(_ path: [UInt8]) throws(Failure) -> Secret {
        let descriptor = path.withCString { clibc_open($0, O_RDONLY, 0) }
        guard descriptor >= 0 else { throw .misused(Cause(.cannotRead, about: path, errno: clibc_errno())) }
        defer { close(descriptor) }
        do throws(SystemError) {
            return try Secret(reading: descriptor, atMost: longest)
        } catch {
            throw .misused(Cause(.cannotRead, about: path, errno: error.errno))
        }
    }

    /// More than smtp-auth reads.
    private static let longest = 1 << 20
}
