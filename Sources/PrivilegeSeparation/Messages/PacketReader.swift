import CheckpwdCore

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
