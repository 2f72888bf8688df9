import ArgumentParser
import PrivilegeSeparation
import SMTP
import SMTPServer
import ServerSupport

/// Where clients come from.
struct FrontOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Listen on this address: 127.0.0.1:587, [::1]:587. May be given several times. Port 0 is any free port.",
            valueName: "address:port"))
    var listen: [ListenAddress] = []

    @Option(
        help: ArgumentHelp(
            "Connections from here begin with a header of the PROXY protocol: 192.0.2.5, 10.0.0.0/8. May be given several times.",
            valueName: "address/prefix"))
    var proxyProtocol: [AddressPrefix] = []

    @Option(help: ArgumentHelp("The server's name in its greeting and challenges. (default: the machine's)", valueName: "name"))
    var hostname: Hostname?

    @Option(help: ArgumentHelp("Serve counters for Prometheus on this address, over HTTP.", valueName: "address:port"))
    var metrics: ListenAddress?

    @Flag(help: "Log to syslog, facility mail, and not to standard error.")
    var syslog = false
}

extension ListenAddress: ExpressibleByArgument {
    public init?(argument: String) { self.init(Array(argument.utf8)) }
}

extension AddressPrefix: ExpressibleByArgument {
    public init?(argument: String) { self.init(Array(argument.utf8)) }
}

extension Hostname: ExpressibleByArgument {
    public init?(argument: String) { self.init(Array(argument.utf8)) }
}

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

/// Who speaks with the network.
struct ProcessOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The user that speaks with the network, where smtp-auth is started as root. (default: nobody)", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("The folder that is its root directory.", valueName: "folder"))
    var chroot: String?

    /// How the parent says to itself, executed again, that it is the network process.
    @Flag(help: .hidden)
    var networkProcess = false

    func validate() throws {
        guard chroot.map({ $0.hasPrefix("/") }) ?? true else {
            throw ValidationError("--chroot needs an absolute path.")
        }
    }
}
