import ArgumentParser

/// How clients are encrypted.
struct TLSOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The certificate and its chain, PEM; offers STARTTLS. Read again on SIGHUP.", valueName: "file"))
    var tlsCert: String?

    @Option(help: ArgumentHelp("The certificate's private key, PEM.", valueName: "file"))
    var tlsKey: String?

    @Flag(help: "Speak TLS from the first byte on, as on port 465.")
    var tlsWrap = false

    @Flag(help: "Accept passwords by PLAIN and LOGIN without TLS: on loopback only.")
    var allowPlaintext = false

    func validate() throws {
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key belong together; give both or neither.")
        }
        guard !tlsWrap || tlsCert != nil else {
            throw ValidationError("--tls-wrap needs --tls-cert and --tls-key.")
        }
    }

    /// Where the two are; nil where there is no TLS.
    var certificate: (chain: [UInt8], key: [UInt8])? {
        guard let tlsCert, let tlsKey else { return nil }
        return (Array(tlsCert.utf8), Array(tlsKey.utf8))
    }
}
