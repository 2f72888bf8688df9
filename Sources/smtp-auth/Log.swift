import CheckpwdCore
import Logging
import SMTPServer
import ServerSupport
import TransportSecurity

/// Where smtp-auth writes what it has to say.
enum Log {
    private static let program = "smtp-auth"

    /// - Parameter toSystem: to syslog, and not to standard error.
    static func open(toSystem: Bool, _ queue: LogQueue) -> Logger {
        if toSystem { SystemLogHandler.open() }
        return Logger(label: program) { _ in
            QueuedLog(toSystem ? SystemLogHandler(program: program) as any LogHandler : StandardErrorLog(program: program), queue)
        }
    }
}

extension Logger {
    func tell(_ failure: Failure) {
        error("\(String(decoding: failure.cause.sentence, as: UTF8.self))")
    }

    /// What a certificate on its way to clients has against it.
    func warn(_ fault: CertificateFault) {
        warning("\(Self.line(fault.cause))")
    }

    /// Why SIGHUP has not replaced the certificates.
    func keepsCertificate(_ cause: Cause) {
        error("\(Self.line(cause, "; the old certificate stays"))")
    }

    /// A sentence, and at its end the reason for programs that read the log.
    private static func line(_ cause: Cause, _ rest: String = "") -> String {
        String(decoding: cause.sentence, as: UTF8.self) + rest + "; reason=\"" + "\(cause.reason.code)" + "\""
    }
}

extension Failure {
    /// The exit status that says whose fault it is: 64 is EX_USAGE of sysexits(3).
    var exitStatus: Int32 {
        switch self {
        case .misused: 64
        case .declined, .rejected, .temporary: 111
        }
    }
}
