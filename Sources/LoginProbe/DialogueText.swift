import CLibc
import CheckpwdCore

/// A dialogue as a terminal shows it: who speaks, what, and beside it what the base64 in it means.
///
/// Nothing that a server sends reaches the terminal as a command: bytes outside 0x20–0x7E are printed as `\xNN`.
public struct DialogueText: Sendable {
    private let isColoured: Bool

    public init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    /// Whether what goes to standard output is coloured: on a terminal, unless `NO_COLOR` is set and not empty (no-color.org)
    /// or the terminal says that it has none.
    public static var forStandardOutput: DialogueText {
        let refusal = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        let terminal = getenv("TERM").map { strcmp($0, "dumb") != 0 } ?? false
        return DialogueText(isColoured: isatty(1) == 1 && terminal && !refusal)
    }

    /// Where meanings begin.
    private static let column = 40

    /// One line, without its end.
    public func line(_ spoken: Spoken) -> [UInt8] {
        let (mark, colour): (StaticString, StaticString) =
            switch spoken.speaker {
            case .server: ("S: ", "\u{1B}[36m")
            case .client: ("C: ", "\u{1B}[33m")
            case .none: ("-- ", "\u{1B}[2m")
            }
        var text = [UInt8](mark) + DialogueText.escaped(spoken.text)
        let width = text.count
        if isColoured { text = [UInt8](colour) + text + [UInt8]("\u{1B}[0m") }
        guard let meaning = spoken.meaning else { return text }
        text += [UInt8](repeating: UInt8(ascii: " "), count: max(DialogueText.column - width, 2))
        if isColoured { text += "\u{1B}[2m" }
        text += "# "
        text += DialogueText.escaped(meaning)
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
