import ArgumentParser

/// How clients are encrypted.
struct TLSOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The certificate and its chain, PEM; offers STARTTLS. Read again on SIGHUP. May be given several times, each with "
                + "its key: clients get the one for the name that they ask for, or the first.",
            valueName: "file"))
    var tlsCert: [String] = []

    @Option(help: ArgumentHelp("The private key of the certificate in the same place, PEM.", valueName: "file"))
    var tlsKey: [String] = []

    @Flag(help: "Speak TLS from the first byte on, as on port 465.")
    var tlsWrap = false

    @Flag(help: "Accept passwords by PLAIN and LOGIN without TLS: on loopback only.")
    var allowPlaintext = false

    func validate() throws {
        guard tlsCert.isEmpty == tlsKey.isEmpty else {
            throw ValidationError("--tls-cert and --tls-key belong together; give both or neither.")
        }
        guard tlsCert.count == tlsKey.count else {
            throw ValidationError("--tls-cert and --tls-key belong together; give as many of one as of the other.")
        }
        guard tlsCert.count <= Self.mostCertificates else {
            throw ValidationError("--tls-cert is given more than \(Self.mostCertificates) times.")
        }
        guard !tlsWrap || !tlsCert.isEmpty else {
            throw ValidationError("--tls-wrap needs --tls-cert and --tls-key.")
        }
    }

    /// Where the certificates and their keys are; the first is the default.
    var certificates: [(chain: [UInt8], key: [UInt8])] {
        zip(tlsCert, tlsKey).map { (Array($0.utf8), Array($1.utf8)) }
    }

    private static let mostCertificates = 32
}
