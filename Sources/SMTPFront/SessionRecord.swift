import ByteStrings
import SMTP
import Verdicts

/// What a session was, for the log.
struct SessionRecord {
    let session: Session
    let rhost: [UInt8]
    /// Bytes of messages that were passed on.
    let octets: Int

    /// Keys in this order: session, which is why it ended; reason and the library's detail, if TLS failed; behind, and code or
    /// errno, where the one behind was the cause; lacks where the one behind did not offer what the client was offered; tls,
    /// commands, messages, octets, rhost, and login where there was one.
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
        if let login = session.login { line.add("login", login.name.bytes) }
        return line
    }
}
