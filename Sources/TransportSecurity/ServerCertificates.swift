import CheckpwdCore
import NIOSSL

/// The certificates of a server. The first is for clients that name no host, or one that no certificate stands for.
public struct ServerCertificates: Sendable {
    public let all: [ServerCertificate]

    /// - Parameter all: at least one.
    public init(_ all: [ServerCertificate]) {
        precondition(!all.isEmpty)
        self.all = all
    }

    /// The certificate for a host name that a client asks for (SNI, RFC 6066 section 3): one that has the name itself before
    /// one that has a wildcard for it, then the order in which they were given.
    public func certificate(for host: CertificateName) -> ServerCertificate {
        all.first { $0.names.contains { !$0.isWildcard && $0.matches(host) } } ?? all.first { $0.isFor(host) } ?? all[0]
    }

    /// What TLS connections are made from.
    public func context() throws(Failure) -> NIOSSLContext {
        guard all.count > 1 else { return try all[0].context() }
        return try all[0].context { configuration in
            configuration.sslContextCallback = { client, chosen in
                var change = NIOSSLContextConfigurationOverride.noChanges
                if let host = client.serverHostname {
                    let certificate = certificate(for: CertificateName(host.utf8))
                    change.certificateChain = certificate.chain.map { .certificate($0) }
                    change.privateKey = .privateKey(certificate.key)
                }
                chosen.succeed(change)
            }
        }
    }

    /// Why these must not take the place of others. A fault that the other certificate has as well is no reason: it would keep
    /// the rest of them from being renewed.
    ///
    /// - Parameter current: as many, in the same order.
    public func faultAgainstReplacing(_ current: ServerCertificates, at now: Int) -> CertificateFault? {
        for (new, old) in zip(all, current.all) where old.validity.state(at: now) == .valid {
            if let fault = CertificateFault(of: new, at: now) { return fault }
        }
        return nil
    }

    /// Why they are not as good as they should be at a moment; none of it keeps them from being used.
    ///
    /// - Parameter host: the server's name, which one of them should stand for.
    public func faults(at now: Int, host: [UInt8]) -> [CertificateFault] {
        var faults = all.compactMap { CertificateFault(of: $0, at: now) }
        for certificate in all where !certificate.isChainValid(at: now) { faults.append(.chain(certificate.files)) }
        let name = CertificateName(host)
        if !all.contains(where: { $0.isFor(name) }) { faults.append(.otherName(all[0].files, host)) }
        return faults
    }
}

/// What makes clients refuse a certificate that can be loaded.
public enum CertificateFault: Sendable {
    /// Since this moment, in seconds since 1970.
    case expired(ServerCertificate.Files, Int)
    /// Until this moment.
    case notYetValid(ServerCertificate.Files, Int)
    /// One of those that sign it is not valid.
    case chain(ServerCertificate.Files)
    /// None of the certificates stands for this host name.
    case otherName(ServerCertificate.Files, [UInt8])

    /// - Returns: nil if it is valid at that moment.
    public init?(of certificate: ServerCertificate, at now: Int) {
        switch certificate.validity.state(at: now) {
        case .valid: return nil
        case .expired: self = .expired(certificate.files, certificate.validity.notAfter)
        case .notYetValid: self = .notYetValid(certificate.files, certificate.validity.notBefore)
        }
    }

    /// Whether no client accepts the certificate.
    public var isGrave: Bool {
        switch self {
        case .expired, .notYetValid: true
        case .chain, .otherName: false
        }
    }

    public var cause: Cause {
        switch self {
        case .expired(let files, let time):
            Cause(
                .certificateHasExpired, about: files.chain + [UInt8](": ") + UTCTime.text(time),
                remedy: "clients refuse it; renew it, then send SIGHUP")
        case .notYetValid(let files, let time):
            Cause(
                .certificateIsNotYetValid, about: files.chain + [UInt8](": ") + UTCTime.text(time),
                remedy: "clients refuse it before that time; check the clock")
        case .chain(let files):
            Cause(
                .issuerCertificateIsNotValidNow, about: files.chain,
                remedy: "clients may refuse the chain; take a new one from the CA")
        case .otherName(let files, let host):
            Cause(
                .certificateDoesNotNameTheHost, about: files.chain + [UInt8](": ") + host,
                remedy: "clients that connect to that name refuse it; get a certificate for it, or give the right --hostname")
        }
    }
}
