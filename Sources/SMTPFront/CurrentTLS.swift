import ByteStrings
import CPlatform
import Credentials
import NIOSSL
import Synchronization
import Verdicts

/// Certificate and key as they are now. New sessions take what is there; those that run keep what they had.
public final class CurrentTLS: Sendable {
    private let current: Mutex<NIOSSLContext>

    /// - Parameters:
    ///   - certificatePEM: the server's certificate and, after it, those that it is signed with.
    ///   - keyPEM: its private key, without passphrase.
    public init(certificatePEM: [UInt8], keyPEM: borrowing Secret) throws(Failure) {
        current = Mutex(try Self.context(certificatePEM, keyPEM))
    }

    /// From the next session on, these are used. Where they are no good, what was there stays.
    public func replace(certificatePEM: [UInt8], keyPEM: borrowing Secret) throws(Failure) {
        let new = try Self.context(certificatePEM, keyPEM)
        current.withLock { $0 = new }
    }

    func makeHandler() -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: current.withLock { $0 })
    }

    private static func context(_ certificatePEM: [UInt8], _ keyPEM: borrowing Secret) throws(Failure) -> NIOSSLContext
    {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMBytes(certificatePEM)
        } catch {
            throw .misused(Cause("no certificate", remedy: "--tls-cert must name a file of certificates in PEM"))
        }
        let key = try key(keyPEM)
        do {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            // RFC 8996: nothing older is to be spoken any more.
            configuration.minimumTLSVersion = .tlsv12
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .misused(
                Cause("certificate and key do not fit", remedy: "--tls-key must be the key of the first certificate"))
        }
    }

    private static func key(_ pem: borrowing Secret) throws(Failure) -> NIOSSLPrivateKey {
        // The library takes an array only, and copies out of it.
        var bytes = pem.withUnsafeBytes { [UInt8]($0) }
        defer { bytes.withUnsafeMutableBytes { explicit_bzero($0.baseAddress!, $0.count) } }
        guard let key = bytes.isEmpty ? nil : try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
            throw .misused(Cause("no private key", remedy: "--tls-key must name a key in PEM, without passphrase"))
        }
        return key
    }
}
