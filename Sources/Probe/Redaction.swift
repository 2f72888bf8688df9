import ByteStrings
import Credentials
import SASL

/// What must not be shown: a secret, and all that was sent of it. A server may repeat it.
struct Redaction: ~Copyable {
    private var hidden: WipedText
    private var ends: [Int] = []

    init(_ secret: borrowing Secret) {
        hidden = WipedText(capacity: 4096)
        add { text in secret.withUnsafeBytes { text.append($0) } }
        add { text in secret.withUnsafeBytes { text.append(base64: $0) } }
    }

    /// Hides some more.
    mutating func add(_ write: (inout WipedText) -> Void) {
        write(&hidden)
        ends.append(hidden.count)
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
