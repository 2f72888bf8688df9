import CheckpwdCore
@testable import LoginProbe
import SASL
import TestSupport

/// A dialogue with a server that says what a test wants it to.
struct Session: ~Copyable {
    private var dialogue: Dialogue

    init(
        _ mechanism: Mechanism? = nil, _ security: Dialogue.Security = .none, login: String = "alice",
        secret: String = "pass"
    ) {
        dialogue = Dialogue(
            login: LoginName(login), secret: Secret(secret), mechanism: mechanism, security: security,
            hostname: Array("host".utf8))
    }

    /// What the client does: a line, `TLS`, `accepted`, a failure, or `-` for waiting.
    mutating func hear(_ text: String) -> String { hear(bytes: Array(text.utf8)) }

    mutating func hear(bytes: [UInt8]) -> String { Session.text(dialogue.receive(bytes)) }

    mutating func encrypt() -> String { Session.text(dialogue.encrypted(Array("TLS".utf8))) }

    mutating func close() -> String { dialogue.closed()?.description ?? "accepted" }

    /// What has been shown since the last call: `S: text # meaning`.
    mutating func shown() -> [String] {
        dialogue.takeSpoken().map {
            DialogueText(isColoured: false).line($0).text.split(separator: " ").joined(separator: " ")
        }
    }

    /// What the client does at each of the server's words.
    mutating func hear(all words: [String]) -> [String] {
        var done: [String] = []
        for word in words { done.append(word == "TLS" ? encrypt() : hear(word)) }
        return done
    }

    private static func text(_ action: Dialogue.Action?) -> String {
        switch action {
        case .send(let line): return line.text.withUnsafeBytes { Array($0).text }.replacing("\r\n", with: "")
        case .startTLS: return "TLS"
        case .finish(let failure): return failure?.description ?? "accepted"
        case nil: return "-"
        }
    }
}
