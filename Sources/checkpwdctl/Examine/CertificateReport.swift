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

/// What doctor prints of a certificate.
struct CertificateReport {
    let files: ServerCertificate.Files
    let result: Result<ServerCertificate, Failure>

    /// With fewer days left, it should have been renewed: ACME clients renew 30 days before the end.
    static let fewDays = 14

    /// 2 if no client accepts it, 1 if that comes soon, or if a client may refuse it.
    func status(at now: Int) -> Int32 {
        guard case .success(let certificate) = result, certificate.validity.state(at: now) == .valid else { return 2 }
        let isGood = certificate.isChainValid(at: now) && !certificate.names.isEmpty
        return isGood && certificate.validity.daysLeft(at: now) >= Self.fewDays ? 0 : 1
    }

    func lines(at now: Int) -> [[UInt8]] {
        switch result {
        case .success(let certificate): lines(certificate, now)
        case .failure(let failure): [failure.cause.sentence]
        }
    }

    private func lines(_ certificate: ServerCertificate, _ now: Int) -> [[UInt8]] {
        let validity = certificate.validity
        let names = Array(certificate.names.map(\.bytes).joined(separator: [UInt8](", ")))
        var lines = [
            files.chain + [UInt8](":"),
            [UInt8]("  names:      ") + (names.isEmpty ? [UInt8]("none; clients refuse it") : Output.printable(names)),
            [UInt8]("  valid from: ") + UTCTime.text(validity.notBefore),
            [UInt8]("  valid to:   ") + UTCTime.text(validity.notAfter),
            [UInt8]("  days left:  ") + [UInt8](decimal: validity.daysLeft(at: now)),
            [UInt8]("  key:        ") + Output.printable(files.key) + [UInt8](" matches"),
        ]
        switch validity.state(at: now) {
        case .valid: break
        case .expired: lines.append([UInt8]("  it has expired; clients refuse it"))
        case .notYetValid: lines.append([UInt8]("  it is not yet valid; clients refuse it"))
        }
        if !certificate.isChainValid(at: now) {
            lines.append([UInt8]("  a certificate that signs it is not valid now; clients may refuse it"))
        }
        return lines
    }

    func json(at now: Int) -> JSON {
        var members: [(StaticString, JSON)] = [("certificate", .bytes(files.chain)), ("key", .bytes(files.key))]
        switch result {
        case .failure(let failure):
            members += [("usable", .truth(false)), ("reason", .bytes([UInt8](failure.cause.reason.code))), ("cause", .bytes(failure.cause.sentence))]
        case .success(let certificate):
            let validity = certificate.validity
            members += [
                ("usable", .truth(true)), ("names", .array(certificate.names.map { .bytes($0.bytes) })),
                ("not_before", .bytes(UTCTime.text(validity.notBefore))), ("not_after", .bytes(UTCTime.text(validity.notAfter))),
                ("days_left", .number(validity.daysLeft(at: now))), ("valid", .truth(validity.state(at: now) == .valid)),
                ("chain_valid", .truth(certificate.isChainValid(at: now))),
            ]
        }
        return .object(members)
    }

    /// Prints them all.
    ///
    /// - Returns: the exit status.
    static func print(_ reports: [CertificateReport], json: Bool, at now: Int = Int(Timestamp.now)) throws(Failure) -> Int32 {
        if json {
            let members: [(StaticString, JSON)] = [("certificates", .array(reports.map { $0.json(at: now) }))]
            try Output.write(.object(members))
        } else {
            for report in reports { for line in report.lines(at: now) { try Output.write(line) } }
        }
        return reports.map { $0.status(at: now) }.max() ?? 0
    }
}
