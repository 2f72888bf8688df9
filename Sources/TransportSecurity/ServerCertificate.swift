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

/// A DNS name of a certificate: `mail.example.com`, or `*.example.com` for any one label in place of the star.
public struct CertificateName: Hashable, Sendable {
    /// In lower case, without a dot at its end.
    public let bytes: [UInt8]

    public init(_ name: some Sequence<UInt8>) {
        var bytes = name.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        self.bytes = bytes
    }

    /// Whether its first label is a star.
    public var isWildcard: Bool { bytes.starts(with: [UInt8]("*.")) }

    /// Whether it stands for a host name (RFC 9525 section 6.3).
    public func matches(_ host: CertificateName) -> Bool {
        guard isWildcard else { return bytes == host.bytes }
        guard let dot = host.bytes.firstIndex(of: UInt8(ascii: ".")), dot > 0 else { return false }
        return host.bytes[dot...] == bytes[1...]
    }
}

/// From when to when a certificate is valid, in seconds since 1970; both moments belong to it (RFC 5280 section 4.1.2.5).
public struct Validity: Equatable, Sendable {
    public let notBefore: Int
    public let notAfter: Int

    public enum State: Equatable, Sendable {
        case valid, notYetValid, expired
    }

    public init(notBefore: Int, notAfter: Int) {
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    public func state(at now: Int) -> State {
        if now > notAfter { return .expired }
        return now < notBefore ? .notYetValid : .valid
    }

    /// How many whole days are left; less than 0 if it has expired.
    public func daysLeft(at now: Int) -> Int {
        let seconds = notAfter - now
        return seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400
    }
}

/// The text of a PEM file, as editors leave it.
enum PEMText {
    /// Drops each byte-order mark that stands in front of `-----BEGIN`: a line that begins with one is not found. One file may
    /// have several, if it was put together from files that have one each.
    ///
    /// - Parameter bytes: a private key, maybe: what is left over at the end is wiped.
    static func dropByteOrderMarks(_ bytes: inout [UInt8]) {
        let begin = [UInt8]("-----BEGIN")
        var (kept, next) = (0, 0)
        while next < bytes.count {
            let mark = ByteOrderMark.length(in: bytes[next...])
            if mark > 0, bytes[(next + mark)...].starts(with: begin) { next += mark }
            bytes[kept] = bytes[next]
            (kept, next) = (kept + 1, next + 1)
        }
        bytes.withUnsafeMutableBytes { buffer in
            if kept < buffer.count { explicit_bzero(buffer.baseAddress! + kept, buffer.count - kept) }
        }
        bytes.removeLast(bytes.count - kept)
    }
}
