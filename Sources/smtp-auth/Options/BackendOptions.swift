import ArgumentParser
import CLibc
import SMTP
import SMTPServer

/// What mail goes to.
struct BackendOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The server that mail goes to: HOST:PORT, unix:PATH.", valueName: "server"))
    var relay: RelayBackend?

    @Option(
        help: ArgumentHelp(
            "What the one behind offers, apart by commas: 'SIZE 10240000,8BITMIME'. (default: it is asked)",
            valueName: "extensions"))
    var offer: ServiceExtensions?

    @Flag(help: "Tell the server behind who the client is, and who logged in, by XCLIENT.")
    var xclient = false

    @Flag(inversion: .prefixedNo, help: "Take mail only from clients that have logged in.")
    var requireAuth = true

    @Flag(help: "Take mail only from a sender that is the login.")
    var checkSender = false

    @Option(help: ArgumentHelp("The senders that logins may have besides. Read again on SIGHUP.", valueName: "file"))
    var senderMap: String?

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("The program that mail goes to, started for each session: -- /usr/sbin/sendmail -bs", valueName: "program"))
    var programWords: [String] = []

    /// The backend program, if there is one.
    var program: [[UInt8]]? {
        programWords.isEmpty ? nil : programWords.map { Array($0.utf8) }
    }

    /// Whether a backend server cannot tell strangers from this machine, for which it may well relay.
    var hidesStrangers: Bool { relay != nil && !requireAuth && !xclient }

    /// Whether mail goes anywhere.
    var isThere: Bool { relay != nil || !programWords.isEmpty }

    func validate() throws {
        guard relay == nil || programWords.isEmpty else {
            throw ValidationError("--relay and a program after -- contradict each other; give one of them.")
        }
        guard relay != nil || !xclient else { throw ValidationError("--xclient needs --relay.") }
        guard isThere || offer == nil else { throw ValidationError("--offer needs --relay, or a program after --.") }
        guard isThere || requireAuth else { throw ValidationError("--no-require-auth needs --relay, or a program after --.") }
        guard isThere || !checkSender else { throw ValidationError("--check-sender needs --relay, or a program after --.") }
        guard checkSender || senderMap == nil else { throw ValidationError("--sender-map needs --check-sender.") }
    }
}

extension RelayBackend: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }

    /// Whether its place is a name, which somebody has to look up.
    var needsLookup: Bool {
        switch place {
        case .host(let host, _): clibc_is_address(host) == 0
        case .unixSocket: false
        }
    }
}

extension ServiceExtensions: ExpressibleByArgument {
    public init?(argument: String) { self.init(list: Array(argument.utf8)) }
}
