import Bridge
import ByteStrings
import CPlatform
import Checkpassword
import Credentials
import Verdicts

/// What the system's log is told of one login: one line, to authpriv.
struct Report {
    private var mechanism: StaticString = ""
    private var login: [UInt8] = []
    private let service: [UInt8]
    private let remoteHost: [UInt8]
    private let debug: Bool

    /// - Parameter debug: whether the line goes to standard error, too.
    init(service: [UInt8], remoteHost: [UInt8], debug: Bool) {
        self.service = service
        self.remoteHost = remoteHost
        self.debug = debug
    }

    mutating func note(_ request: borrowing Request) {
        login = request.login.bytes
        mechanism =
            switch request.credential {
            case .password: "plain"
            case .digest(_, _, let kinds): kinds.contains(.apop) ? "cram-md5-or-apop" : "cram-md5"
            case .unknownMechanism: "unknown"
            }
    }

    func accepted() {
        send(LOG_INFO, line("accepted", [UInt8]("ok")))
    }

    /// A rejection is told to the log alone, as checkpassword programs do; what somebody must mend, to standard error too.
    func failed(_ failure: Failure) {
        var line = line(failure.verdict, failure.cause.reason)
        if !failure.cause.about.isEmpty { line.add("about", failure.cause.about) }
        switch failure {
        case .rejected:
            send(LOG_NOTICE, line)
        case .misused, .temporary:
            send(LOG_ERR, line)
            StandardError.write(failure.cause.sentence)
        }
    }

    private func line(_ verdict: StaticString, _ reason: [UInt8]) -> LogLine {
        var line = LogLine()
        line.add("verdict", verdict)
        line.add("reason", reason)
        line.add("mechanism", mechanism)
        line.add("rhost", remoteHost)
        line.add("service", service)
        line.add("login", login)
        return line
    }

    private func send(_ priority: Int32, _ line: LogLine) {
        if debug { StandardError.write(line.bytes) }
        line.bytes.withCString { cplatform_syslog(LOG_AUTHPRIV | priority, $0) }
    }
}
