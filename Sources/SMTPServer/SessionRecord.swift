import CheckpwdCore
import SMTP

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
        let ending = session.ending ?? .clientGone
        line.add("session", ending.words)
        if case .tlsFailed(let failure) = ending {
            line.add("reason", Array(failure.reason.rawValue.utf8))
            if !failure.detail.isEmpty { line.add("detail", failure.detail) }
        }
        if case .behind(let loss) = ending {
            line.add("behind", loss.words)
            if case .refused(let code) = loss { line.add("code", [UInt8](decimal: code)) }
            if case .notOpened(let errno?) = loss { line.add("errno", [UInt8](decimal: errno)) }
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
