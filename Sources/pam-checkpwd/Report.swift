import Accounts
import CLibc
import Checkpassword
import CheckpwdCore
import Login

/// What the system's log is told of one login: one line, to authpriv.
struct Report {
    private var mechanism = [UInt8]("unknown")
    private var login: [UInt8] = []
    private let service: [UInt8]
    private let remoteHost: [UInt8]
    private let caller: Caller?
    private let debug: Bool

    /// - Parameters:
    ///   - caller: who asks, where they lack our rights.
    ///   - debug: whether the line goes to standard error, too.
    init(service: [UInt8], remoteHost: [UInt8], caller: Caller?, debug: Bool) {
        self.service = service
        self.remoteHost = remoteHost
        self.caller = caller
        self.debug = debug
        SystemLog.prepareLastWords(fields)
    }

    mutating func note(_ request: borrowing Request) {
        login = request.login.bytes
        mechanism =
            switch request.credential {
            case .password: Mechanisms.plain.names
            case .digest(_, _, let mechanisms): mechanisms.names
            case .unknownMechanism: [UInt8]("unknown")
            }
        SystemLog.prepareLastWords(fields)
    }

    /// The mechanism that decided, if one did: the form of the request may have allowed several.
    mutating func note(_ course: Course) {
        if let mechanism = course.mechanism { self.mechanism = mechanism.names }
    }

    func accepted(_ reason: StaticString = "ok") {
        send(.information, line("accepted", reason))
    }

    /// A rejection is told to the log alone, as checkpassword programs do; what somebody must mend, to standard error too.
    func failed(_ failure: Failure) {
        var line = line(failure.verdict, failure.cause.reason.code)
        if !failure.cause.about.isEmpty { line.add("about", failure.cause.about) }
        switch failure {
        case .declined, .rejected:
            send(.notice, line)
        case .misused, .temporary:
            send(.error, line)
            StandardError.write(failure.cause.sentence)
        }
    }

    private func line(_ verdict: StaticString, _ reason: StaticString) -> LogLine {
        var line = LogLine()
        line.add("verdict", verdict)
        line.add("reason", reason)
        add(to: &line)
        return line
    }

    /// The fields of every line of this login, after verdict and reason.
    private var fields: LogLine {
        var line = LogLine()
        add(to: &line)
        return line
    }

    private func add(to line: inout LogLine) {
        line.add("mechanism", mechanism)
        line.add("rhost", remoteHost)
        line.add("service", service)
        line.add("login", login)
        if let caller { line.add("caller", [UInt8](decimal: caller.uid)) }
    }

    private func send(_ severity: SystemLog.Severity, _ line: LogLine) {
        SystemLog.send(severity, line, isPrinted: debug)
    }
}
