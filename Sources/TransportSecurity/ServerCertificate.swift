import CLibc
import CheckpwdCore
import NIOSSL

/// A server's certificate with those that sign it, and its private key.
public struct ServerCertificate: Sendable {
    /// The files that it comes from, as messages name them.
    public struct Files: Equatable, Sendable {
        public let chain: [UInt8]
        public let key: [UInt8]

        public init(chain: [UInt8], key: [UInt8]) {
            self.chain = chain
            self.key = key
        }
    }

    public let files: Files
    /// Its DNS names (the extension subjectAltName). Clients do not look at the common name any more (RFC 9525).
    public let names: [CertificateName]
    public internal(set) var validity: Validity
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey

    /// - Parameters:
    ///   - chain: the server's certificate and, after it, those that sign it, in PEM.
    ///   - key: its private key in PEM, without passphrase.
    /// - Throws: `misused` if one of them cannot be used, or if the key is not the certificate's.
    public init(chain chainPEM: [UInt8], key keyPEM: borrowing Secret, files: Files) throws(Failure) {
        chain = try Self.certificates(chainPEM, files.chain)
        key = try Self.key(keyPEM, files.key)
        self.files = files
        names = chain[0]._subjectAlternativeNames().filter { $0.nameType == .dnsName }
            .map { $0.contents.withUnsafeBufferPointer { CertificateName($0) } }
        validity = Validity(notBefore: Int(chain[0].notValidBefore), notAfter: Int(chain[0].notValidAfter))
        _ = try context()
    }

    /// Whether it stands for a host name.
    public func isFor(_ host: CertificateName) -> Bool { names.contains { $0.matches(host) } }

    /// Whether those that sign it are valid at a moment.
    public func isChainValid(at now: Int) -> Bool {
        chain.dropFirst().allSatisfy {
            Validity(notBefore: Int($0.notValidBefore), notAfter: Int($0.notValidAfter)).state(at: now) == .valid
        }
    }

    /// What a TLS connection is made from, with this certificate.
    func context(_ change: (inout TLSConfiguration) -> Void = { _ in }) throws(Failure) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        // RFC 8996: nothing older is to be spoken any more.
        configuration.minimumTLSVersion = .tlsv12
        change(&configuration)
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch NIOSSLError.failedToLoadPrivateKey {
            throw .misused(
                Cause(
                    .privateKeyDoesNotMatchTheCertificate, about: files.key + [UInt8](" and ") + files.chain,
                    remedy: "the key must be that of the first certificate in its file"))
        } catch {
            throw .misused(Cause(.certificateCannotBeUsed, about: files.chain))
        }
    }

    private static func certificates(_ text: [UInt8], _ file: [UInt8]) throws(Failure) -> [NIOSSLCertificate] {
        guard !ByteOrderMark.isWide(text) else { throw .misused(wide(file)) }
        var text = text
        PEMText.dropByteOrderMarks(&text)
        do {
            return try NIOSSLCertificate.fromPEMBytes(text)
        } catch {
            throw .misused(
                Cause(.noCertificate, about: file, remedy: "--tls-cert must name a file of certificates in PEM"))
        }
    }

    private static func key(_ text: borrowing Secret, _ file: [UInt8]) throws(Failure) -> NIOSSLPrivateKey {
        // The library takes an array only, and copies out of it.
        var bytes = text.withUnsafeBytes { [UInt8]($0) }
        defer { bytes.withUnsafeMutableBytes { if $0.count > 0 { explicit_bzero($0.baseAddress!, $0.count) } } }
        guard !ByteOrderMark.isWide(bytes) else { throw .misused(wide(file)) }
        PEMText.dropByteOrderMarks(&bytes)
        guard let key = bytes.isEmpty ? nil : try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
            throw .misused(
                Cause(.noPrivateKey, about: file, remedy: "--tls-key must name a key in PEM, without passphrase"))
        }
        return key
    }

    private static func wide(_ file: [UInt8]) -> Cause {
        Cause(.fileIsNotASCII, about: file, remedy: "it is UTF-16; save it as ASCII or UTF-8")
    }
}
