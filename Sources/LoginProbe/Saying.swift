import CheckpwdCore
import SASL

extension Dialogue {
    /// Sends a line with nothing secret in it.
    mutating func say(_ line: [UInt8], meaning: [UInt8]? = nil) -> Action {
        spoken.append(Spoken(.client, line, meaning: meaning))
        var text = WipedText(capacity: line.count + 2)
        text.append(line)
        text.append("\r\n")
        return .send(Line(text))
    }

    /// Sends a line that ends in a secret in base64.
    mutating func say(_ line: [UInt8], base64 message: consuming Secret, meaning: [UInt8]) -> Action {
        spoken.append(Spoken(.client, line + [UInt8](Spoken.stars), meaning: meaning))
        let message = message
        redaction.add { text in message.withUnsafeBytes { text.append(base64: $0) } }
        var text = WipedText(capacity: line.count + 2 * message.count + 8)
        text.append(line)
        message.withUnsafeBytes { text.append(base64: $0) }
        text.append("\r\n")
        return .send(Line(text))
    }

    /// Shows lines of the server, without what it may have repeated.
    mutating func show(_ lines: [[UInt8]]) {
        for line in lines {
            var meaning: [UInt8]?
            if line.starts(with: "334 ".utf8), let decoded = Dialogue.decoded(Array(line.dropFirst(4))),
                !decoded.isEmpty
            {
                meaning = redaction.apply(to: decoded)
            }
            spoken.append(Spoken(.server, redaction.apply(to: line), meaning: meaning))
        }
    }

    /// The bytes of a challenge, or nil where the text is no base64.
    static func decoded(_ text: [UInt8]) -> [UInt8]? {
        text.withUnsafeBytes { text in
            switch Base64.decode(text) {
            case .some(let bytes): bytes.withUnsafeBytes { [UInt8]($0) }
            case nil: nil
            }
        }
    }

    func visible(_ reply: Reply) -> [UInt8] { redaction.apply(to: reply.text) }

    func violation(_ reason: Reason) -> Failure { .temporary(Cause(reason)) }
}
