/// One line of a dialogue, as it may be shown: nothing in it is secret. Its bytes may be anything, and want escaping.
public struct Spoken: Equatable, Sendable {
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
