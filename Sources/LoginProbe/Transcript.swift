import CLibc
import CheckpwdCore
import SASL

/// One line of a dialogue, as it may be shown: nothing in it is secret. Its bytes may be anything, and want escaping.
public struct TranscriptLine: Equatable, Sendable {
    public enum Speaker: Sendable {
        case server, client
        /// Nobody: what happened between two lines.
        case none
    }

    public let speaker: Speaker
    public let text: [UInt8]
    /// What base64 in it stands for.
    public let meaning: [UInt8]?

    init(_ speaker: Speaker, _ text: [UInt8], meaning: [UInt8]? = nil) {
        self.speaker = speaker
        self.text = text
        self.meaning = meaning
    }

    /// What stands for a secret, whatever its length.
    static let stars: StaticString = "********"
}

/// A dialogue as a terminal shows it: who speaks, what, and beside it what the base64 in it means.
///
/// Nothing that a server sends reaches the terminal as a command: bytes outside 0x20–0x7E are printed as `\xNN`.
public struct TranscriptText: Sendable {
    private let isColoured: Bool

    public init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    /// Whether what goes to standard output is coloured: on a terminal, unless `NO_COLOR` is set and not empty (no-color.org)
    /// or the terminal says that it has none.
    public static var forStandardOutput: TranscriptText {
        let refusal = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        let terminal = getenv("TERM").map { strcmp($0, "dumb") != 0 } ?? false
        return TranscriptText(isColoured: isatty(1) == 1 && terminal && !refusal)
    }

    /// Where meanings begin.
    private static let column = 40

    /// One line, without its end.
    public func line(_ spoken: TranscriptLine) -> [UInt8] {
        let (mark, colour): (StaticString, StaticString) =
            switch spoken.speaker {
            case .server: ("S: ", "\u{1B}[36m")
            case .client: ("C: ", "\u{1B}[33m")
            case .none: ("-- ", "\u{1B}[2m")
            }
        var text = [UInt8](mark) + TranscriptText.escaped(spoken.text)
        let width = text.count
        if isColoured { text = [UInt8](colour) + text + [UInt8]("\u{1B}[0m") }
        guard let meaning = spoken.meaning else { return text }
        text += [UInt8](repeating: UInt8(ascii: " "), count: max(TranscriptText.column - width, 2))
        if isColoured { text += "\u{1B}[2m" }
        text += "# "
        text += TranscriptText.escaped(meaning)
        if isColoured { text += "\u{1B}[0m" }
        return text
    }

    /// A backslash too, or text could pass for an escaped byte.
    private static func escaped(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        for byte in bytes {
            if (0x20...0x7E).contains(byte), byte != UInt8(ascii: "\\") {
                text.append(byte)
            } else {
                text += "\\x"
                text += Hex.encode(CollectionOfOne(byte))
            }
        }
        return text
    }
}

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
                result += TranscriptLine.stars
            }
        }
        return result
    }
}
