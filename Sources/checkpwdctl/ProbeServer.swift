import ArgumentParser
import CLibc
import CheckpwdCore
import Glibc
import LoginProbe
import SASL

struct ProbeServer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Log in to an SMTP server and print the dialogue.",
        discussion: """
            Base64 is decoded beside it, and stars stand for secrets. Asks for the secret on the terminal, without echo. \
            Exits 0 where the login is accepted, 1 where it is refused, 111 where nobody can tell.
            """)

    @Argument(help: "HOST, HOST:PORT or [ADDRESS]:PORT. (default port: 465 with --tls, else 587)")
    var server: String

    @Option(help: "The login.")
    var login: String

    @Option(help: "How to log in; auto sends the secret itself over TLS only.")
    var mechanism = MechanismChoice.auto

    @Flag(help: "Begin TLS with STARTTLS; a server that does not offer it gets no login.")
    var starttls = false

    @Flag(help: "Use TLS from the start.")
    var tls = false

    @Option(
        help: ArgumentHelp("Trust the certificates in this PEM file, and no others.", valueName: "file"), completion: .file())
    var ca: String?

    @Flag(help: "Take any certificate. Whoever stands between learns the secret.")
    var insecure = false

    @Option(help: ArgumentHelp("How many seconds connecting may take, and all that follows.", valueName: "seconds"))
    var timeout = 30

    @OptionGroup var source: SecretSource

    func validate() throws {
        if starttls, tls { throw ValidationError("--starttls and --tls exclude each other.") }
        if ca != nil, insecure { throw ValidationError("--ca and --insecure exclude each other.") }
        if ca != nil || insecure, !starttls, !tls {
            throw ValidationError("--ca and --insecure need --starttls or --tls.")
        }
        guard (1...3600).contains(timeout) else { throw ValidationError("--timeout is from 1 to 3600.") }
    }

    func run() throws {
        try failing { () throws(Failure) in
            guard let target = Target(server, defaultPort: tls ? 465 : 587) else {
                throw .misused(Cause(.badServer, about: [UInt8](server.utf8), remedy: "give HOST:PORT"))
            }
            let secret = try source.read(twice: false)
            let probe = Probe(
                target, security: starttls ? .startTLS : tls ? .tls : .none,
                trust: insecure ? .anybody : ca.map { .authorities(file: $0) } ?? .system, seconds: timeout)
            let text = TranscriptText.forStandardOutput
            try probe.logIn(
                LoginName([UInt8](login.utf8)), secret, mechanism: mechanism.mechanism, hostname: ProbeServer.hostname
            ) { line in
                // What cannot be printed is lost; the exit status says how it went.
                try? Output.write(text.line(line))
            }
            try Output.write([UInt8]("accepted"))
        }
    }

    /// This machine's name, where it is one that SMTP takes (RFC 5321 section 2.3.5).
    private static var hostname: [UInt8] {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return [UInt8]("localhost") }
        let name = [UInt8](cString: buffer)
        let isName = name.allSatisfy { byte in
            let scalar = Unicode.Scalar(byte)
            return scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                || "-.".utf8.contains(byte)
        }
        return isName && !name.isEmpty ? name : [UInt8]("localhost")
    }
}

enum MechanismChoice: String, CaseIterable, ExpressibleByArgument {
    case plain, login
    case cramMD5 = "cram-md5"
    case auto

    /// Nil for one that suits.
    var mechanism: Mechanism? {
        switch self {
        case .plain: .plain
        case .login: .login
        case .cramMD5: .cramMD5
        case .auto: nil
        }
    }
}
