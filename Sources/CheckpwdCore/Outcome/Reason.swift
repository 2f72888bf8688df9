/// Why something failed: a code for programs, which never changes, and words for people, which may.
///
/// Each module has a table of its own, in `Reasons.swift`.
public struct Reason: Sendable {
    /// Lower case, with hyphens between words: the log's `reason`.
    public let code: StaticString
    /// A few words, the same each time: the beginning of a message.
    public let words: StaticString

    public init(_ code: StaticString, _ words: StaticString) {
        self.code = code
        self.words = words
    }
}
