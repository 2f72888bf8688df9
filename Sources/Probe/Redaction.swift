import ByteStrings
import Credentials
import SASL

/// What was sent and must not be shown: a server may repeat it. Before it was sent nothing is hidden, or stars in a line
/// that everybody knows would tell the secret.
struct Redaction: ~Copyable {
    private var hidden = WipedText(capacity: 4096)
    private var ends: [Int] = []

    /// Hides some more.
    mutating func add(_ write: (inout WipedText) -> Void) {
        write(&hidden)
        ends.append(hidden.count)
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
        let ends = ends
        return hidden.withUnsafeBytes { hidden in
            var line = line
            var start = 0
            for end in ends {
                line = Redaction.replacing(UnsafeRawBufferPointer(rebasing: hidden[start..<end]), in: line)
                start = end
            }
            return line
        }
    }

    private static func replacing(_ word: UnsafeRawBufferPointer, in line: [UInt8]) -> [UInt8] {
        guard !word.isEmpty, line.count >= word.count else { return line }
        var result: [UInt8] = []
        var place = 0
        while place < line.count {
            if line.count - place >= word.count, line[place..<(place + word.count)].elementsEqual(word) {
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
