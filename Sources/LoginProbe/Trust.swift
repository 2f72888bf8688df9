import CheckpwdCore
import NIOCore
import NIOSSL

/// How a server is known over TLS.
public enum Trust: Sendable {
    /// By a certificate of an authority that the system trusts.
    case system
    /// By a certificate of an authority in a PEM file, or by one that is in it.
    case authorities(file: String)
    /// Not at all.
    case anybody

    /// - Throws: `misused` where the file cannot be used; `temporary` where TLS cannot.
    func context() throws(Failure) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        switch self {
        case .system: break
        case .authorities(let file):
            do {
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(file))
            } catch {
                throw .misused(
                    Cause(.certificatesCannotBeRead, about: [UInt8](file.utf8), remedy: "--ca takes a PEM file"))
            }
        case .anybody: configuration.certificateVerification = .none
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .temporary(Cause(.tlsCannotBeUsed, about: [UInt8](String(describing: error).utf8)))
        }
    }

    var words: StaticString {
        switch self {
        case .system, .authorities: "certificate verified"
        case .anybody: "certificate not verified"
        }
    }
}
