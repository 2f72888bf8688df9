import ByteStrings
import Credentials
import SASL

/// What was sent and must not be shown: a server may repeat it. Before it was sent nothing is hidden, or stars in a line
/// that everybody knows would tell the secret.
struct Redaction: ~Copyable {
    private var hidden = WipedText(capacity: 4096)
    /// Where in it each word is, the longest first: a short secret may stand by chance in the base64 of a longer message, which
    /// would not be recognized without it.
    private var words: [Range<Int>] = []

    /// Hides some more.
    mutating func add(_ write: (inout WipedText) -> Void) {
        let start = hidden.count
        write(&hidden)
        guard hidden.count > start else { return }
        words.append(start..<hidden.count)
        words.sort { $0.count > $1.count }
    }

    /// Hides a secret, bare and in base64.
    mutating func add(_ secret: borrowing Secret) {
        secret.withUnsafeBytes { bytes in
            add { $0.append(bytes) }
            add { $0.append(base64: bytes) }
        }
    }

    /// A line with stars in place of what is hidden.
    borrowing func apply(to line: [UInt8]) -> [UInt8] {
        let words = words
        return hidden.withUnsafeBytes { hidden in
            var result: [UInt8] = []
            var place = 0
            while place < line.count {
                if let word = words.first(where: { line[place...].starts(with: hidden[$0]) }) {
                    result += Spoken.stars
                    place += word.count
                } else {
                    result.append(line[place])
                    place += 1
                }
            }
            return result
        }
    }
}
