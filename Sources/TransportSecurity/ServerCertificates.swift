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
