/// Why a message is none. Whoever sends one is broken, or was broken into.
public enum Malformed: Error, Equatable, Sendable {
    /// It ends before it is complete.
    case truncated
    /// Something follows after its end.
    case trailing
    /// No message begins like this.
    case unknownKind
    /// A value in it that it may not have.
    case badValue
    /// It is longer than any message, or has several descriptors.
    case oversized
    /// A descriptor where none belongs, or none where one does.
    case descriptor
    /// A good message that has no business here: a ticket used twice, or too many at once.
    case unexpected

    /// The word for it in the log.
    public var word: StaticString {
        switch self {
        case .truncated: "truncated message"
        case .trailing: "message with a tail"
        case .unknownKind: "unknown message"
        case .badValue: "bad value"
        case .oversized: "oversized message"
        case .descriptor: "descriptor out of place"
        case .unexpected: "unexpected message"
        }
    }
}
