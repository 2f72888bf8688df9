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
