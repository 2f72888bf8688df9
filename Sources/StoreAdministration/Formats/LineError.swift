import CheckpwdCore

/// Why one line of a file is not taken, or one record cannot be written. Never holds a secret.
public struct LineError: Error, Equatable {
    /// A few words, the same each time: `empty secret`.
    public let reason: StaticString
    /// What it is about, where that is no secret: a scheme, a key. May be empty.
    public let about: [UInt8]

    init(_ reason: StaticString, about: some Sequence<UInt8> = []) {
        self.reason = reason
        self.about = [UInt8](about)
    }

    /// `reason: about`, on one line.
    public var sentence: [UInt8] {
        var text = [UInt8](reason)
        guard !about.isEmpty else { return text }
        text += ": "
        // Of a scheme or key that somebody made up, its beginning says enough.
        text.appendReadable(about.prefix(40))
        return text
    }

    public static func == (left: LineError, right: LineError) -> Bool { left.sentence == right.sentence }
}
