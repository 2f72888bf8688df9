import CheckpwdCore

/// The auth command's words, and what they say of the program.
public struct AuthCommand: Equatable, Sendable {
    /// The program and its arguments.
    public let words: [[UInt8]]

    /// - Parameter words: at least one.
    public init(_ words: [[UInt8]]) {
        self.words = words
    }

    /// Whether the program is called `pam-checkpwd`, wherever it is.
    public var isPamCheckpwd: Bool { name == "pam-checkpwd" }

    /// The program's name without its folder.
    public var name: [UInt8] {
        let start = words[0].lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        return Array(words[0][start...])
    }

    /// Whether its options make it stay and answer packets.
    public var isResident: Bool { options.contains { $0 == "--resident" } }

    /// The order of fields by which the program understands every mechanism that we offer. pam-checkpwd takes three
    /// fields for an answer to a challenge only if `-m` names the mechanism; with IndiMail's byte the mechanism is certain.
    public var fieldOrder: FieldOrder { isPamCheckpwd ? .indimail : .netqmail }

    /// The command that lists the mechanisms by which a login could succeed; nil if the program has none.
    public var listing: [[UInt8]]? {
        isPamCheckpwd ? [words[0], [UInt8]("--list-mechanisms")] + words.dropFirst() : nil
    }

    /// The words before `--`.
    private var options: ArraySlice<[UInt8]> { words.dropFirst().prefix { !($0 == "--") } }
}
