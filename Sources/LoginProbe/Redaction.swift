import CheckpwdCore
import SASL

/// What was sent and must not be shown: a server may repeat it. Before it was sent nothing is hidden, or stars in a line
/// that everybody knows would tell the secret.
struct Redaction: ~Copyable {
    private var hidden = WipedText(capacity: 4096)
    /// Where in it each word is.
    private var words: [Range<Int>] = []

    /// Hides some more.
    mutating func add(_ write: (inout WipedText) -> Void) {
        let start = hidden.count
        write(&hidden)
        if hidden.count > start { words.append(start..<hidden.count) }
    }

    /// Hides a secret, bare and in base64.
    mutating func add(_ secret: borrowing Secret) {
        secret.withUnsafeBytes { bytes in
            add { $0.append(bytes) }
            add { $0.append(base64: bytes) }
        }
    }

    /// A line with stars in place of what is hidden, wherever words overlap, too: a short secret may stand by chance in, or before,
    /// the base64 of a message that holds it.
    borrowing func apply(to line: [UInt8]) -> [UInt8] {
        var isHidden = [Bool](repeating: false, count: line.count)
        hidden.withUnsafeBytes { hidden in
            for word in words where word.count <= line.count {
                for place in 0...(line.count - word.count) where line[place...].starts(with: hidden[word]) {
                    for covered in place..<(place + word.count) { isHidden[covered] = true }
                }
            }
        }
        var result: [UInt8] = []
        for place in line.indices {
            if !isHidden[place] {
                result.append(line[place])
            } else if place == 0 || !isHidden[place - 1] {
                result += Spoken.stars
            }
        }
        return result
    }
}
