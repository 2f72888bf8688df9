import CheckpwdCore

/// What one process says to the other. A secret and a descriptor do not belong to it, but may come with it.
public protocol Message: Equatable, Sendable {
    /// The most bytes that one has, with a secret's.
    static var longest: Int { get }
    /// The longest secret that comes with it; 0 where none does.
    var longestSecret: Int { get }
    /// Whether a descriptor comes with it.
    var carriesDescriptor: Bool { get }
    init(_ reader: inout PacketReader) throws(Malformed)
    /// The bytes that it is sent as. A secret's follow.
    var bytes: [UInt8] { get }
}

extension Array where Element == UInt8 {
    mutating func append(number: some FixedWidthInteger) {
        self += [UInt8](bigEndian: UInt64(bitPattern: Int64(truncatingIfNeeded: number)))
    }

    mutating func append(text: [UInt8]) {
        append(number: text.count)
        self += text
    }
}

/// Takes a message apart from its beginning to its end. Numbers are eight bytes, most significant first; a text is its
/// length and its bytes; a secret is whatever is left.
public struct PacketReader {
    private var rest: UnsafeRawBufferPointer.SubSequence

    init(_ bytes: UnsafeRawBufferPointer) {
        rest = bytes[...]
    }

    mutating func byte() throws(Malformed) -> UInt8 {
        guard let byte = rest.popFirst() else { throw .truncated }
        return byte
    }

    mutating func number() throws(Malformed) -> UInt64 {
        guard rest.count >= 8 else { throw .truncated }
        defer { rest = rest.dropFirst(8) }
        return UInt64(bigEndian: [UInt8](rest.prefix(8))[...])
    }

    /// - Throws: `badValue` where the number does not fit.
    mutating func number<Number: FixedWidthInteger>(as type: Number.Type) throws(Malformed) -> Number {
        guard let number = Number(exactly: Int64(bitPattern: try number())) else { throw .badValue }
        return number
    }

    mutating func text(atMost limit: Int) throws(Malformed) -> [UInt8] {
        let count = try number()
        guard count <= UInt64(limit) else { throw .badValue }
        guard rest.count >= Int(count) else { throw .truncated }
        defer { rest = rest.dropFirst(Int(count)) }
        return [UInt8](rest.prefix(Int(count)))
    }

    /// All that is left.
    ///
    /// - Throws: `badValue` where that is nothing, or too much.
    mutating func secret(atMost limit: Int) throws(Malformed) -> Secret {
        guard (1...limit).contains(rest.count) else { throw .badValue }
        defer { rest = rest.suffix(0) }
        return Secret(copying: UnsafeRawBufferPointer(rebasing: rest))
    }

    /// - Throws: `trailing` unless this is the end.
    func end() throws(Malformed) {
        guard rest.isEmpty else { throw .trailing }
    }
}

/// Why a message is malformed. The process that sent it is broken, or an attacker has it.
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
