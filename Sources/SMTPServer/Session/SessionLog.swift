import CheckpwdCore
import Logging
import SASL
import SMTP
import ServerSupport

/// What the log is told: one line for each login and one for each session, and some for clients without one; never a
/// secret.
struct SessionLog: Sendable {
    private let logger: Logger?
    private let authCommand: [UInt8]
    private let rejections = RejectionLog()

    /// - Parameters:
    ///   - logger: nil if there is no log, since our standard error is the client.
    ///   - authCommand: the name of its program; empty if there is no program.
    init(_ logger: Logger?, authCommand: [UInt8] = []) {
        self.logger = logger
        self.authCommand = authCommand
    }

    func tell(_ outcome: AuthResult, _ mechanism: Mechanism, remoteHost: [UInt8], _ login: LoginName?) {
        guard let logger else { return }
        let line = line(outcome, mechanism, remoteHost: remoteHost, login).bytes
        logger.log(level: Self.level(outcome), "\(String(decoding: line, as: UTF8.self))")
    }

    func tell(_ record: SessionRecord) {
        guard let logger else { return }
        logger.info("\(String(decoding: record.line.bytes, as: UTF8.self))")
    }

    func rejected(_ reason: ConnectionLimiter.Full, rhost: [UInt8]) {
        guard let logger, let line = rejections.line(reason, rhost: rhost) else { return }
        logger.warning("\(String(decoding: line.bytes, as: UTF8.self))")
    }

    /// Keys in this order: proxy-header, which is why it was refused; proxy, which is the proxy's address.
    func proxyHeader(_ fault: ProxyHeader.Fault, proxy: [UInt8]) {
        guard let logger else { return }
        var line = LogLine()
        line.add("proxy-header", Array(fault.rawValue.utf8))
        line.add("proxy", proxy)
        logger.warning("\(String(decoding: line.bytes, as: UTF8.self))")
    }

    /// Keys in this order: verdict, reason if it was not accepted, status and command or errno if it was the auth command's doing,
    /// mechanism, rhost, and login if it is known.
    func line(_ outcome: AuthResult, _ mechanism: Mechanism, remoteHost: [UInt8], _ login: LoginName?) -> LogLine {
        var line = LogLine()
        switch outcome {
        case .accepted:
            line.add("verdict", "accepted")
        case .rejected(let reason):
            line.add("verdict", "rejected")
            add(reason, to: &line)
        case .temporary(let reason):
            line.add("verdict", "temporary")
            add(reason, to: &line)
        }
        line.add("mechanism", mechanism.name)
        line.add("rhost", remoteHost)
        if let login { line.add("login", login.bytes) }
        return line
    }

    private func add(_ reason: AuthResult.Reason, to line: inout LogLine) {
        line.add("reason", reason.words)
        switch reason {
        case .exitStatus(let status):
            line.add("status", [UInt8](decimal: status))
            // pam-checkpwd has a log of its own, with the reason: fail2ban's filter counts a guess once.
            if !authCommand.isEmpty { line.add("command", authCommand) }
        case .cannotStart(let errno): line.add("errno", [UInt8](decimal: errno))
        case .timedOut, .busy, .tooLong, .otherIdentity, .notOffered, .malformed: break
        }
    }

    private static func level(_ outcome: AuthResult) -> Logger.Level {
        switch outcome {
        case .accepted: .info
        case .rejected: .notice
        case .temporary: .error
        }
    }
}

/// What a session was, for the log.
struct SessionRecord {
    let session: Session
    let rhost: [UInt8]
    /// The proxy that the client came through, if it did.
    var proxy: [UInt8]?
    /// Bytes of messages that were passed on.
    let octets: Int

    /// Keys in this order: session, which is why it ended; reason and the library's detail, if TLS failed; behind, and code or
    /// errno, if the backend was the cause; lacks if the backend did not offer what the client was offered; tls, commands,
    /// messages, octets, rhost, proxy if the client came through one, and login if it is known.
    var line: LogLine {
        var line = LogLine()
        let endReason = session.endReason ?? .clientGone
        line.add("session", endReason.words)
        if case .tlsFailed(let failure) = endReason {
            line.add("reason", Array(failure.reason.rawValue.utf8))
            if !failure.detail.isEmpty { line.add("detail", failure.detail) }
        }
        if case .backend(let failure) = endReason {
            line.add("behind", failure.words)
            if case .refused(let code) = failure { line.add("code", [UInt8](decimal: code)) }
            if case .notOpened(let errno?) = failure { line.add("errno", [UInt8](decimal: errno)) }
        }
        if !session.lacking.isEmpty {
            line.add("lacks", Array(session.lacking.joined(separator: [UInt8(ascii: ",")])))
        }
        line.add("tls", session.isTLS ? "yes" : "no")
        line.add("commands", [UInt8](decimal: session.commands))
        line.add("messages", [UInt8](decimal: session.messages))
        line.add("octets", [UInt8](decimal: octets))
        line.add("rhost", rhost)
        if let proxy { line.add("proxy", proxy) }
        if let login = session.login { line.add("login", login.name.bytes) }
        return line
    }
}
