import ArgumentParser
import PrivilegeSeparation
import SMTP
import SMTPServer

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
